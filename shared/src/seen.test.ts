import { expect, test } from 'vitest';
import { countSeen, isSeen } from './seen.ts';

test('what draws nothing does not count', () => {
  expect(countSeen('a\u200b b\u2800')).toBe(3);
  expect(countSeen('\u200b'.repeat(10))).toBe(0);
  expect([isSeen('\u3164'), isSeen('\u200bx')]).toEqual([false, true]);
});
