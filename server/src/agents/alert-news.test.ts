import type { AuditEvent } from '@keytrail/shared/event';
import { expect, test } from 'vitest';
import { credentialId, makeDenial, makeRefresh, makeUse, startMs } from './alert.fixture.ts';
import { findNews } from './alert-news.ts';
import { parseAlertState } from './alert-state.ts';

const nothing = parseAlertState({});
const kindsOf = (events: readonly AuditEvent[], sinceMs = 0) =>
  findNews(events, new Set(), nothing, sinceMs).alerts.map(({ kind }) => kind);

test('within one stretch the second use of a kind is no news', () => {
  expect(kindsOf([makeUse(0), makeUse(1), makeUse(2, { client: 'nodejs' }), makeUse(3, { client: 'nodejs' })])).toEqual(
    ['first_use', 'new_client'],
  );
});

test('a log that is cut into stretches anywhere says the same', () => {
  const events = [
    makeUse(0),
    ...Array.from({ length: 12 }, (_, n) => makeDenial(n + 1)),
    makeUse(20, { clientIp: '198.51.100.1' }),
    makeRefresh(30, { outcome: 'failed' }),
    makeRefresh(40, { outcome: 'failed' }),
  ];
  const whole = findNews(events, new Set(), nothing, 0);
  expect(whole.alerts.map(({ kind }) => kind)).toEqual(['first_use', 'denial_burst', 'new_ip', 'refresh_failing']);
  for (let cut = 0; cut <= events.length; cut++) {
    const first = findNews(events.slice(0, cut), new Set(), nothing, 0);
    const kept = parseAlertState(JSON.parse(JSON.stringify(first.state)));
    const second = findNews(events.slice(cut), new Set(first.marks), kept, 0);
    expect([...first.alerts, ...second.alerts]).toEqual(whole.alerts);
    expect([...first.marks, ...second.marks]).toEqual(whole.marks);
    expect(second.state).toEqual(whole.state);
  }
});

test('what is too old to be told is still known', () => {
  const events = [makeUse(0), makeUse(100), makeUse(101, { client: 'nodejs' })];
  expect(kindsOf(events, startMs + 50_000)).toEqual(['new_client']);
});

const day = 86_400;
const failed = { outcome: 'failed', note: 'invalid_grant' } as const;
const refreshes = [
  { name: 'a refresh that works', events: [makeRefresh(0)], said: 0 },
  { name: 'the first failure', events: [makeRefresh(0), makeRefresh(9, failed)], said: 1 },
  { name: 'failures of one day', events: [0, 60, day - 1].map((at) => makeRefresh(at, failed)), said: 1 },
  { name: 'failing for more than a day', events: [0, 60, day].map((at) => makeRefresh(at, failed)), said: 2 },
  {
    name: 'failing again after a success',
    events: [makeRefresh(0, failed), makeRefresh(1), makeRefresh(2, failed)],
    said: 2,
  },
  {
    name: 'two credentials',
    events: [makeRefresh(0, failed), makeRefresh(1, { ...failed, credentialId: crypto.randomUUID() })],
    said: 2,
  },
];
for (const { name, events, said } of refreshes) {
  test(`${name}: said ${said === 1 ? 'once' : `${said} times`}`, () => {
    expect(kindsOf(events)).toEqual(Array.from({ length: said }, () => 'refresh_failing'));
  });
}

test('a failing refresh names the credential and why, and leads to the failure', () => {
  const [alert] = findNews([makeRefresh(0, failed)], new Set(), nothing, 0).alerts;
  expect(alert).toMatchObject({
    subject: 'main',
    sentence: 'The token of github (main) could not be refreshed: invalid_grant.',
    credentialId,
    filter: { credentialIds: [credentialId], types: ['token_refresh'], outcomes: ['failed'] },
  });
});

test('what was stored and cannot be read is forgotten', () => {
  for (const stored of [null, 'x', { bursts: 7 }, { failing: { a: 'soon' } }]) {
    expect(parseAlertState(stored)).toEqual(nothing);
  }
});
