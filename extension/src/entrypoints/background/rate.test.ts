import { expect, test } from 'vitest';
import { isWithinRate } from './rate.ts';

test('a tab gets ten fills a minute, other tabs are not affected, and a minute later it goes on', () => {
  const allowed = Array.from({ length: 12 }, () => isWithinRate(1, 1_000));
  expect(allowed.filter(Boolean)).toHaveLength(10);
  expect(isWithinRate(2, 1_000)).toBe(true);
  expect(isWithinRate(1, 61_000)).toBe(true);
});

test('many tabs get sixty together', () => {
  const allowed = Array.from({ length: 70 }, (_, tabId) => isWithinRate(tabId, 1_000_000));
  expect(allowed.filter(Boolean)).toHaveLength(60);
  expect(isWithinRate(1, 1_060_000)).toBe(true);
});
