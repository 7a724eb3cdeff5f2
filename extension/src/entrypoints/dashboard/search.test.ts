import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from './search.ts';

test('repeated params become a list, single ones a string', () => {
  expect(parseSearch('?types=a&types=b&from=7d')).toEqual({ types: ['a', 'b'], from: '7d' });
});

test.each([
  [{}, ''],
  [{ types: [], from: undefined }, ''],
  [{ services: ['git hub', 'a&b'] }, '?services=git+hub&services=a%26b'],
])('%o is written as %s', (search, text) => {
  expect(stringifySearch(search)).toBe(text);
});

test('what is written is read back', () => {
  const search = { services: ['a,b', 'ü', '=&?#'], from: '24h' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});
