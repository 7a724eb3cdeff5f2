import { expect, test } from 'vitest';
import { toExpiryState } from './expiry-state.ts';

const nowMs = Date.parse('2026-03-10T12:00:00Z');

test.each([
  [null, 'later'],
  ['2026-03-24T12:00:01Z', 'later'],
  ['2026-03-24T12:00:00Z', 'soon'],
  ['2026-03-10T12:00:01Z', 'soon'],
  ['2026-03-10T12:00:00Z', 'expired'],
  ['2020-01-01T00:00:00Z', 'expired'],
])('%s is %s', (expiresAt, state) => expect(toExpiryState(expiresAt, nowMs)).toBe(state));
