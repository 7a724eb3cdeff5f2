import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importLimits, readCsv } from './read-csv.ts';

const anyText = fc.string({ unit: fc.constantFrom(...'a=,;#\'"\\ \t\r\n\0\u2028\ud800é'), maxLength: 60 });

const read = (text: string) => {
  const csv = readCsv(text);
  if (csv.kind !== 'table') throw new Error(csv.why);
  return csv;
};

test('cells keep their commas, quotes, line breaks and blanks', () => {
  const { header, rows } = read('a,b\n"x, ""y""\nz", p \n');
  expect(header).toEqual(['a', 'b']);
  expect(rows).toEqual([{ number: 2, cells: ['x, "y"\nz', ' p '], isBroken: false }]);
});

test.each([';', '\t'])('cells may be set apart by %j', (delimiter) => {
  expect(read(`a${delimiter}b${delimiter}c\n1${delimiter}2, 3${delimiter}4`).rows[0]?.cells).toEqual([
    '1',
    '2, 3',
    '4',
  ]);
});

test('empty rows are no entries, and the others keep their numbers', () => {
  expect(read('a,b\n\n1,2\n,\n3,4\n').rows.map(({ number }) => number)).toEqual([3, 5]);
});

test('a row whose quotes do not match says so', () => {
  expect(read('a,b\n1,"2\n3,4\n').rows.map(({ isBroken }) => isBroken)).toEqual([true]);
  expect(read('a,b\n1,"2"x\n3,4\n').rows.map(({ isBroken }) => isBroken)).toContain(true);
});

describe('unreadable', () => {
  test.each([
    ['', 'empty'],
    ['\n\n', 'empty'],
    ['name,password\n', 'empty'],
    ['words\nwords\n', 'no_columns'],
    [`a,b\n${'1,2\n'.repeat(importLimits.rowsMax + 1)}`, 'too_many_rows'],
  ])('%#: %j', (text, why) => expect(readCsv(text)).toEqual({ kind: 'unreadable', why }));
});

test('of any text something is made, or it is said why not', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(['table', 'unreadable']).toContain(readCsv(text).kind);
    }),
  );
});
