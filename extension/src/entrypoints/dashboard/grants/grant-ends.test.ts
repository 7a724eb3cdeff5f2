import { expect, test } from 'vitest';
import { toLocalField } from '../../../ui/date-range.ts';
import { strings } from '../strings.ts';
import { type GrantEnd, toGrantEnd } from './grant-ends.ts';

const text = strings.grants.dialog;
const nowMs = Date.parse('2026-03-10T12:00:00.000Z');
const day = 86_400_000;
const after = (ms: number) => new Date(nowMs + ms).toISOString();

test.each<[GrantEnd, string | null]>([
  ['hour', after(day / 24)],
  ['day', after(day)],
  ['week', after(7 * day)],
  ['month', after(30 * day)],
  ['never', null],
])('%s', (end, at) => {
  expect(toGrantEnd(end, '', nowMs)).toEqual({ ok: true, at });
});

test.each([
  ['a minute from now', 60_000],
  ['three days from now', 3 * day],
  ['30 days from now', 30 * day],
])('a date %s', (_name, ms) => {
  expect(toGrantEnd('custom', toLocalField(after(ms)), nowMs)).toEqual({ ok: true, at: after(ms) });
});

test.each([
  ['no date', '', text.customMissing],
  ['what is no date', 'soon', text.customMissing],
  ['now', toLocalField(after(0)), text.customPast],
  ['yesterday', toLocalField(after(-day)), text.customPast],
  ['a minute past 30 days', toLocalField(after(30 * day + 60_000)), text.customFar(30)],
])('no end: %s', (_name, custom, problem) => {
  expect(toGrantEnd('custom', custom, nowMs)).toEqual({ ok: false, problem });
});
