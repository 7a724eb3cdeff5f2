import { expect, test } from 'vitest';
import { makeCall, makeOwnUse, makeUse } from './alert.fixture.ts';
import type { AlertDraft } from './alert-draft.ts';
import { mergeAlerts } from './alert-merge.ts';
import { findUseNews, listMarks } from './alert-uses.ts';

const known = new Set([makeUse(0), makeOwnUse(0), makeCall(0)].flatMap(listMarks));

function getAlert(event: ReturnType<typeof makeUse>): AlertDraft {
  const [alert] = findUseNews(event, known);
  if (alert === undefined) throw new Error('this use is no news');
  return alert;
}

const fromAddresses = (count: number) =>
  Array.from({ length: count }, (_, n) => getAlert(makeUse(n, { clientIp: `198.51.100.${n + 1}` }))).reduce(
    mergeAlerts,
  );

test('several new addresses are one alert that names them, over the time of all', () => {
  const alert = fromAddresses(3);
  expect(alert.sentence).toBe(
    'deploy-bot used credentials from 3 new addresses: 198.51.100.1, 198.51.100.2, 198.51.100.3.',
  );
  expect(alert.filter.ips).toEqual(['198.51.100.1', '198.51.100.2', '198.51.100.3']);
  expect(Date.parse(alert.filter.to ?? '') - Date.parse(alert.filter.from ?? '')).toBe(2_001);
});

test('so are new addresses that a proxy is called from', () => {
  const [one, two] = ['198.51.100.1', '198.51.100.2'].map((clientIp) => getAlert(makeCall(1, { clientIp })));
  if (one === undefined || two === undefined) throw new Error('unreachable');
  expect(mergeAlerts(one, two).sentence).toBe(
    'The proxy issues was called from 2 new addresses: 198.51.100.1, 198.51.100.2.',
  );
});

test('five are counted and three named; more than a filter takes are counted no further', () => {
  expect(fromAddresses(5).sentence).toMatch(/5 new addresses: [\d., ]+ and 2 more\.$/);
  expect(fromAddresses(20).filter.ips).toHaveLength(20);
  for (const count of [21, 40]) {
    expect(fromAddresses(count).sentence).toBe('deploy-bot used credentials from more than 20 new addresses.');
    expect(fromAddresses(count).filter.ips).toBeUndefined();
  }
});

test('kinds of clients are merged alike, for the owner too', () => {
  const merged = mergeAlerts(getAlert(makeOwnUse(1, { client: 'cli' })), getAlert(makeOwnUse(2, { client: 'nodejs' })));
  expect(merged.sentence).toBe('Credentials were used directly with 2 new kinds of clients: CLI, Node.js.');
  expect(merged.filter.clients).toEqual(['cli', 'nodejs']);
});
