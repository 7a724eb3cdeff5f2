import type { AlertSummary } from '@keytrail/shared/alert';
import { expect, test } from 'vitest';
import { toAlertDays } from './alert-days.ts';

const at = (createdAt: string): AlertSummary => ({
  id: createdAt,
  kind: 'first_use',
  subject: 'deploy-bot',
  sentence: 'deploy-bot used a credential for the first time.',
  agentId: null,
  proxyId: null,
  credentialId: null,
  createdAt,
  seenAt: null,
  filter: {},
  eventId: null,
});

test('alerts stand under their day, in the order given', () => {
  const alerts = ['2026-03-10T12:00:00', '2026-03-10T00:00:00', '2026-03-09T23:59:59', '2026-03-01T08:00:00'].map(at);
  const days = toAlertDays(alerts);
  expect(days.map(({ alerts: ofDay }) => ofDay.length)).toEqual([2, 1, 1]);
  expect(days.flatMap(({ alerts: ofDay }) => ofDay)).toEqual(alerts);
});

test('no alerts, no days', () => {
  expect(toAlertDays([])).toEqual([]);
});
