import { expect, test } from 'vitest';
import { toStrength } from './strength.ts';

test.each([
  [30, 'weak', 'less than a minute'],
  [47.9, 'weak', 'about 2 minutes'],
  [52, 'fair', 'about 38 minutes'],
  [66, 'good', 'about 1 year'],
  [77, 'good', 'about 2,000 years'],
  [80, 'strong', 'about 20,000 years'],
  [97, 'strong', 'about 3 billion years'],
  [128, 'excellent', 'longer than the universe has existed'],
  [2000, 'excellent', 'longer than the universe has existed'],
])('%d bits are %s: %s', (bits, word, time) => {
  expect(toStrength(bits)).toEqual({ word, bits: Math.floor(bits), time });
});
