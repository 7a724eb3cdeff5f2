import { expect, test } from 'vitest';
import { RecentKeys } from './recent-keys.ts';

test('a key is new once, as long as it is remembered', () => {
  const keys = new RecentKeys(2);
  expect(['a', 'b', 'a', 'b'].map((key) => keys.add(key))).toEqual([true, true, false, false]);
});

test('a full memory is emptied: never more than its bound is held', () => {
  const keys = new RecentKeys(2);
  expect(['a', 'b', 'c', 'c', 'a', 'a'].map((key) => keys.add(key))).toEqual([true, true, true, false, true, false]);
});
