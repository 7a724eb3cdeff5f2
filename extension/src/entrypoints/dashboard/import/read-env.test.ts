import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasWideGap, readEnv } from './read-env.ts';

const anyText = fc.string({ unit: fc.constantFrom(...'aA=,;#\'"`\\ \t\r\n\0\u2028\ud800é'), maxLength: 60 });

test('values are those that a program would read', () => {
  const { values, problems } = readEnv(
    [
      '# the shop',
      'PLAIN=a b # a comment',
      'export EXPORTED=yes',
      "SINGLE='a # b $c'",
      'DOUBLE="a\\nb"',
      'SPACED = x',
      'KEY="-----BEGIN PRIVATE KEY-----',
      'MIIEvQIBADANBgkq=',
      'abc==',
      '-----END PRIVATE KEY-----"',
      'EQUALS=a=b==',
      'URL=postgres://u:p@db.test:5432/x?y=z',
    ].join('\r\n'),
  );
  expect(values).toEqual({
    PLAIN: 'a b',
    EXPORTED: 'yes',
    SINGLE: 'a # b $c',
    DOUBLE: 'a\nb',
    SPACED: 'x',
    KEY: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq=\nabc==\n-----END PRIVATE KEY-----',
    EQUALS: 'a=b==',
    URL: 'postgres://u:p@db.test:5432/x?y=z',
  });
  expect(problems).toEqual([]);
});

test('what is not taken is named, with the reason', () => {
  const lines = [
    '1ST=x',
    'EMPTY=',
    'TWO WORDS=x',
    'TWICE=1',
    'TWICE=2',
    'notes=x',
    '__proto__=x',
    'GOOD=1',
    '#OFF=1',
    'words',
  ];
  const { values, problems } = readEnv(lines.join('\n'));
  expect(values).toEqual({ TWICE: '2', GOOD: '1' });
  expect(problems).toEqual([
    { name: '1ST', why: 'name' },
    { name: 'EMPTY', why: 'empty' },
    { name: 'notes', why: 'name' },
    { name: 'TWO WORDS', why: 'not_understood' },
    { name: 'TWICE', why: 'twice' },
    { name: '__proto__', why: 'not_understood' },
  ]);
});

test('a hundred values are taken, and those beyond are named', () => {
  const { values, problems } = readEnv(Array.from({ length: 102 }, (_, n) => `V${n}=x`).join('\n'));
  expect(Object.keys(values)).toHaveLength(100);
  expect(problems).toEqual([
    { name: 'V100', why: 'too_many' },
    { name: 'V101', why: 'too_many' },
  ]);
});

test.each([
  ['one line of a name and spaces', `a${' '.repeat(150)}`.repeat(20_000)],
  ['many names', Array.from({ length: 40_000 }, (_, n) => `V${n}=1`).join('\n')],
  ['many that are written twice', Array.from({ length: 40_000 }, (_, n) => `V${n % 20_000}=1`).join('\n')],
  ['gaps', `${'\n'.repeat(150)}a`.repeat(3_000)],
])('a large file does not hold the page up for as long as its square: %s', { timeout: 20_000 }, (_name, text) => {
  expect(readEnv(text)).toHaveProperty('values');
});

test('a gap that would hold the page up is told from text', () => {
  expect(hasWideGap(`A=1${'\n'.repeat(300)}B=2`)).toBe(true);
  expect(hasWideGap(`A=1${'\n'.repeat(50)}B=2`)).toBe(false);
});

test('no text breaks it', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(readEnv(text)).toHaveProperty('values');
    }),
  );
});
