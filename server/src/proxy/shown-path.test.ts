import { expect, test } from 'vitest';
import { toShownPath } from './shown-path.ts';

test.each([
  ['/items/7', '/items/7'],
  ['/%69tems/%7e%41', '/items/~A'],
  ['/gr%c3%bc%C3%9fe', '/grüße'],
  ['/a%2fb', '/a%2Fb'],
  ['/a%252Fb', '/a%252Fb'],
  ['/x%3acancel', '/x%3Acancel'],
  ['/x:cancel', '/x:cancel'],
  ['/a%20b', '/a%20b'],
  ['/a%3Fb', '/a%3Fb'],
  ['/%e2%80%ae%E2%80%8b%ef%bf%b9', '/%E2%80%AE%E2%80%8B%EF%BF%B9'],
  ['/a\u00adb', '/a%C2%ADb'],
  ['/%zz/%ff', '/%zz/%ff'],
])('%s is named %s', (path, shown) => {
  expect(toShownPath(path)).toBe(shown);
});

test('what means something else has another name', () => {
  const paths = ['/a/b', '/a%2Fb', '/a%252Fb', '/a;b', '/a%3Bb', '/a%253Bb', '/%E2%80%8B', '/%25E2%2580%258B', '/'];
  expect(new Set(paths.map(toShownPath)).size).toBe(paths.length);
});
