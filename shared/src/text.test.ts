import { expect, test } from 'vitest';
import { line, name, toOneLine } from './text.ts';

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

test.each(['\u200b', '\u2060\u00ad', '\u3164', '\u2800', ' \ufeff '])(
  '%j is no line: nothing of it can be seen',
  (given) => {
    expect(line(100).safeParse(given).success).toBe(false);
    expect(toOneLine(given, 100)).toBe('');
  },
);

test('names that look the same are the same, and joined characters stay joined', () => {
  expect(name(100).parse('bo\u200bt\u00ad')).toBe('bot');
  expect(name(100).parse('e\u0301')).toBe('é');
  expect(name(100).parse('👩‍💻 ❤️')).toBe('👩‍💻 ❤️');
});
