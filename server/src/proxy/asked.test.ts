import { expect, test } from 'vitest';
import { toAsked } from './asked.ts';

test('one call is named as it is; several in their order, each once with how often', () => {
  expect(toAsked(['create_issue'])).toBe('create_issue');
  expect(toAsked(['b', 'a', 'b'])).toBe('b ×2, a');
});

test('what is too long or holds what no screen shows is told from what looks like it', () => {
  const long = `GET /${'a'.repeat(5000)}`;
  expect(toAsked([long])).toMatch(/^GET \/a+ … \([0-9a-f]{12}\)$/);
  expect(toAsked([`${long}b`])).not.toBe(toAsked([`${long}c`]));
  expect(toAsked(['a\u202eb'])).not.toBe(toAsked(['ab']));
});
