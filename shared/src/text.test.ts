import { expect, test } from 'vitest';
import { line, toOneLine } from './text.ts';

test.each([
  ['a\nb\u0000c', 10, 'abc'],
  ['  spaces around  ', 100, 'spaces around'],
  ['abcdef', 3, 'abc'],
  ['ab😀', 3, 'ab'],
  ['lone \ud83d half', 100, 'lone  half'],
])('%j cut to %i is %j, which is one line', (given, max, expected) => {
  expect(toOneLine(given, max)).toBe(expected);
  expect(line(max).safeParse(toOneLine(given, max)).success).toBe(true);
});
