import { expect, test } from 'vitest';
import { toFileName } from './file-name.ts';

test.each([
  ['csv', new Date(2026, 10, 24, 23, 59), 'keytrail-audit-2026-11-24.csv'],
  ['jsonl', new Date(2027, 0, 2), 'keytrail-audit-2027-01-02.jsonl'],
] as const)('%s of %s is %s', (format, at, name) => {
  expect(toFileName(format, at)).toBe(name);
});
