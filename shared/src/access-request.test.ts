import { expect, test } from 'vitest';
import { grantDurations, toGrantEnd } from './access-request.ts';

test('each duration ends after its hours; the last only when it is revoked', () => {
  const nowMs = Date.parse('2026-03-10T12:00:00.000Z');
  expect(grantDurations.map((duration) => toGrantEnd(duration, nowMs))).toEqual([
    '2026-03-10T13:00:00.000Z',
    '2026-03-11T12:00:00.000Z',
    '2026-03-17T12:00:00.000Z',
    '2026-04-09T12:00:00.000Z',
    null,
  ]);
});
