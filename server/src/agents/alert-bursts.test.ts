import type { AuditEvent } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { expect, test } from 'vitest';
import { makeCall, makeDenial, makeOwnUse, makeUse, proxyId } from './alert.fixture.ts';
import { noteDenial } from './alert-bursts.ts';
import type { AlertDraft } from './alert-draft.ts';
import type { Burst } from './alert-state.ts';

function noteAll(events: readonly AuditEvent[]): { alerts: AlertDraft[]; bursts: Record<string, Burst> } {
  let bursts: Record<string, Burst> = {};
  const alerts = events.flatMap((event) => {
    const noted = noteDenial(bursts, event);
    bursts = noted.bursts;
    return noted.alerts;
  });
  return { alerts, bursts };
}

const times = (count: number, firstSeconds: number, everySeconds: number, members: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, (_, n) => makeDenial(firstSeconds + n * everySeconds, members));
const minute = 60;

const runs = [
  { name: 'nine denials', events: times(9, 0, 1), totals: [] },
  { name: 'ten within five minutes', events: times(10, 0, 30), totals: [10] },
  { name: 'ten within more than five minutes', events: times(10, 0, 34), totals: [] },
  {
    name: 'ten of which the last nine and one more lie close',
    events: [makeDenial(0), ...times(10, 5 * minute, 1)],
    totals: [10],
  },
  { name: 'the eleventh to the ninety-ninth', events: times(99, 0, 1), totals: [10] },
  { name: 'a hundred, ten times as many', events: times(100, 0, 1), totals: [10, 100] },
  {
    name: 'after nine quiet minutes it is the same burst',
    events: [...times(10, 0, 1), ...times(10, 9 * minute, 1)],
    totals: [10],
  },
  {
    name: 'after eleven quiet minutes it is a new one',
    events: [...times(10, 0, 1), ...times(10, 11 * minute, 1)],
    totals: [10, 10],
  },
  { name: 'a counted event stands for as many', events: [makeDenial(0), makeDenial(60, { count: 9 })], totals: [10] },
  { name: 'one counted event is enough', events: [makeDenial(0, { count: 4000 })], totals: [4000] },
  {
    name: 'five each of two agents',
    events: [...times(5, 0, 1), ...times(5, 1, 1, { agentId: crypto.randomUUID() })],
    totals: [],
  },
  { name: 'uses do not count', events: Array.from({ length: 20 }, (_, n) => makeUse(n)), totals: [] },
];
for (const { name, events, totals } of runs) {
  test(`${name}: ${totals.length === 0 ? 'no alert' : `said at ${totals.join(' and ')}`}`, () => {
    const said = noteAll(events).alerts.map(({ sentence }) =>
      /refused ([\d,]+) times/.exec(sentence)?.[1]?.replace(',', ''),
    );
    expect(said.map(Number)).toEqual(totals);
  });
}

test('the alert names who, how often, how long and why, and its filter holds exactly those denials', () => {
  const before = makeDenial(-3600);
  const burst = [...times(6, 0, 4), ...times(4, 24, 4, { rule: 'rate_limit' })];
  const after = makeDenial(3600);
  const [alert] = noteAll([before, ...burst, after]).alerts;
  expect(alert).toMatchObject({
    kind: 'denial_burst',
    subject: 'deploy-bot',
    sentence:
      'deploy-bot was refused 10 times within 36 seconds: No grant for this credential; More uses than a policy allows in this time.',
  });
  const among = [before, ...burst, makeUse(10), makeDenial(10, { agentId: crypto.randomUUID() }), after];
  expect(among.filter((event) => matches(event, alert?.filter ?? {}))).toEqual(burst);
});

test('refusals of the owner are a burst of Direct Access', () => {
  const refused = { type: 'policy_denied', outcome: 'denied', rule: 'site' } as const;
  const [alert] = noteAll(Array.from({ length: 10 }, (_, n) => makeOwnUse(n, refused))).alerts;
  expect(alert).toMatchObject({ subject: 'Direct Access', agentId: null });
  expect(matches(makeOwnUse(5, refused), alert?.filter ?? {})).toBe(true);
  expect(matches(makeDenial(5, { rule: 'site' }), alert?.filter ?? {})).toBe(false);
});

test('refusals at a proxy are a burst of the proxy, but not what its owner tried', () => {
  const refused = { type: 'policy_denied', outcome: 'denied', rule: 'tool' } as const;
  const tenOf = (members: Partial<AuditEvent>) =>
    Array.from({ length: 10 }, (_, n) => makeCall(n, { ...refused, ...members }));
  const [alert, ...others] = noteAll(tenOf({})).alerts;
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ kind: 'denial_burst', subject: 'issues', agentId: null, proxyId });
  expect(alert?.sentence).toMatch(/^The proxy issues was refused 10 times within 9 seconds: /);
  expect(matches(makeCall(5, refused), alert?.filter ?? {})).toBe(true);
  expect(matches(makeCall(5, { ...refused, proxyId: crypto.randomUUID() }), alert?.filter ?? {})).toBe(false);
  expect(noteAll(tenOf({ keyId: undefined })).alerts).toEqual([]);
});

test('what is remembered stays small, however long a flood', () => {
  const { bursts } = noteAll(times(5_000, 0, 1));
  expect(JSON.stringify(bursts).length).toBeLessThan(400);
  expect(Object.keys(noteDenial(bursts, makeDenial(9_000, { agentId: crypto.randomUUID() })).bursts)).toHaveLength(1);
});
