import { expect, test } from 'vitest';
import { isWorking } from './is-working.ts';

const nowMs = Date.parse('2026-03-10T12:00:00.000Z');

test.each<[string, string | null, boolean]>([
  ['without an end works', null, true],
  ['before its end works', '2026-03-10T12:00:00.001Z', true],
  ['at its end does not', '2026-03-10T12:00:00.000Z', false],
])('a key %s', (_name, endsAt, working) => {
  expect(isWorking({ endsAt }, nowMs)).toBe(working);
});
