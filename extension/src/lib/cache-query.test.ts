import 'fake-indexeddb/auto';
import { clientKinds } from '@keytrail/shared/client';
import {
  type AuditEvent,
  denialRules,
  type EventFilter,
  eventOutcomes,
  eventSources,
  eventTypes,
} from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CachePage, queryEvents } from './cache-query.ts';
import type { CacheReader } from './cache-reader.ts';
import { db } from './db.ts';
import { dexieReader } from './dexie-reader.ts';
import { openCache, toDirectReader } from './direct-reader.ts';
import { makeEvent } from './event.fixture.ts';

const toId = (kind: string, number: number) => `01980000-0000-7000-${kind}000-00000000000${number}`;
const ids = (kind: string) => [1, 2, 3].map((number) => toId(kind, number));
const agents = ids('9');
const credentials = ids('a');
const proxies = ids('b');
const policies = ids('c');
const services = ['github', 'stripe', 'aws-prod'];
const addresses = ['10.0.0.1', '10.0.0.200', '192.0.2.7', '2001:db8::1', '::ffff:10.0.0.1'];
const reasons = ['Nightly Build', 'release 4', 'Überprüfung'];
const count = 3_000;

/** Events in a fixed disorder: what an event has depends on its number alone. */
const events: AuditEvent[] = Array.from({ length: count }, (_, seq) => {
  const pick = <Value>(among: readonly Value[], salt: number): Value | undefined =>
    among[((seq * 7919 + salt * 104_729) % 1009) % (among.length + salt)];
  const optional = {
    agentId: pick(agents, 1),
    credentialId: pick(credentials, 2),
    proxyId: pick(proxies, 3),
    service: seq === 17 ? 'rare' : pick(services, 2),
    client: pick(clientKinds, 1),
    clientIp: pick(addresses, 2),
    rule: pick(denialRules, 9),
    reason: pick(reasons, 30),
    policyIds: seq % 7 === 0 ? policies.slice(0, (seq % 3) + 1) : undefined,
  };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return makeEvent(seq, {
    type: pick(eventTypes, 0) ?? 'vault_change',
    source: pick(eventSources, 0) ?? 'direct',
    outcome: pick(eventOutcomes, 0) ?? 'ok',
    ...known,
  });
});
// Holes, as an event of our own ahead of the cursor leaves them for a while.
const cached = events.filter(({ seq }) => seq < 1_000 || seq > 1_500);

let database: IDBDatabase | null = null;
beforeAll(async () => {
  await db.events.bulkPut(cached);
  database = await openCache();
});
afterAll(() => database?.close());

/** Both ways to read; the direct one is a transaction of its own each time. */
const ways: [string, () => CacheReader][] = [
  ['Dexie', () => dexieReader],
  [
    'IndexedDB itself',
    () => {
      if (database === null) throw new Error('the cache was not opened');
      return toDirectReader(database);
    },
  ],
];

const some = <Value>(values: readonly Value[]) =>
  fc.option(fc.array(fc.constantFrom(...values), { maxLength: 3 }), { nil: undefined, freq: 2 });
const instant = fc.option(
  fc
    .integer({ min: -10, max: count + 10 })
    .map((second) => new Date(Date.parse('2026-03-01') + second * 1000).toISOString()),
  { nil: undefined, freq: 2 },
);
const anyFilter: fc.Arbitrary<EventFilter> = fc.record({
  types: some(eventTypes),
  sources: some(eventSources),
  services: some([...services, 'rare', 'nobody']),
  agentIds: some(agents),
  credentialIds: some(credentials),
  proxyIds: some(proxies),
  policyIds: some([...policies, toId('d', 1)]),
  outcomes: some(eventOutcomes),
  clients: some(clientKinds),
  rules: some(denialRules),
  ips: some([...addresses, '10.0.0.0/24', '::/0', '203.0.113.0/24']),
  text: fc.option(fc.constantFrom('nightly', ' RELEASE ', 'übe', 'event 17', 'nothing at all'), { nil: undefined }),
  from: instant,
  to: instant,
});
/** Most filters of fourteen members admit nothing: a few of them at a time. */
const filterOfFew = fc
  .tuple(
    anyFilter,
    fc.subarray(
      [
        'types',
        'sources',
        'services',
        'agentIds',
        'credentialIds',
        'proxyIds',
        'policyIds',
        'outcomes',
        'clients',
        'rules',
        'ips',
        'text',
        'from',
        'to',
      ] as const,
      { maxLength: 3 },
    ),
  )
  .map(([filter, names]): EventFilter => Object.fromEntries(names.map((name) => [name, filter[name]])));

/** What a page must hold, by the meaning of a filter alone. */
function expectPage(filter: EventFilter, { beforeSeq, afterSeq, limit }: CachePage): AuditEvent[] {
  const passing = cached.filter(
    (event) => matches(event, filter) && event.seq < (beforeSeq ?? count) && event.seq > (afterSeq ?? -1),
  );
  return (afterSeq === undefined ? passing.slice(-limit) : passing.slice(0, limit)).reverse();
}

describe.each(ways)('any filter, any page, by %s', (_way, read) => {
  const anyPage = fc.record(
    { beforeSeq: fc.nat(count + 5), afterSeq: fc.nat(count + 5), limit: fc.integer({ min: 1, max: 1_200 }) },
    { requiredKeys: ['limit'] },
  );

  test('finds what the shared meaning of a filter admits, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(filterOfFew, anyPage, async (filter, page) => {
        expect(await queryEvents(read(), filter, page)).toEqual(expectPage(filter, page));
      }),
      { numRuns: 250 },
    );
  }, 60_000);
});

const filters: [string, EventFilter][] = [
  ['no filter', {}],
  ['a type', { types: ['policy_denied'] }],
  ['the same type twice', { types: ['policy_denied', 'policy_denied'] }],
  ['a service with one old event', { services: ['rare'] }],
  ['a service nobody used', { services: ['nobody'] }],
  ['two common members that never meet', { services: ['rare'], types: [...eventTypes], sources: [...eventSources] }],
  ['a policy', { policyIds: policies.slice(0, 1) }],
  ['an address in another spelling', { ips: ['::ffff:a00:1'] }],
  ['a text', { text: 'release' }],
  ['empty members', { types: [], sources: [], services: [], agentIds: [], ips: [] }],
  ['a time after everything', { from: '2027-01-01T00:00:00Z' }],
  ['times the wrong way round', { from: '2026-03-01T00:20:00Z', to: '2026-03-01T00:10:00Z' }],
];

describe.each(filters)('%s', (_name, filter) => {
  test('older pages join without a gap or a repeat', async () => {
    const found: AuditEvent[] = [];
    for (let page = await queryEvents(dexieReader, filter, { limit: 170 }); page.length > 0; ) {
      found.push(...page);
      page = await queryEvents(dexieReader, filter, { limit: 170, beforeSeq: page.at(-1)?.seq ?? 0 });
    }
    expect(found).toEqual(expectPage(filter, { limit: count }));
  });

  test('newer pages join without a gap or a repeat', async () => {
    const found: AuditEvent[] = [];
    for (let page = await queryEvents(dexieReader, filter, { limit: 170, afterSeq: -1 }); page.length > 0; ) {
      found.unshift(...page);
      page = await queryEvents(dexieReader, filter, { limit: 170, afterSeq: page[0]?.seq ?? 0 });
    }
    expect(found).toEqual(expectPage(filter, { limit: count }));
  });
});

test('a bound between two microseconds divides them', async () => {
  const [third] = await queryEvents(dexieReader, { to: '2026-03-01T00:00:03.001Z' }, { limit: 1 });
  expect(third?.seq).toBe(3);
  const [second] = await queryEvents(dexieReader, { to: '2026-03-01T00:00:03Z' }, { limit: 1 });
  expect(second?.seq).toBe(2);
});

test('a search that nobody waits for any more ends', async () => {
  const signal = AbortSignal.abort(new Error('left'));
  await expect(queryEvents(dexieReader, { text: 'nothing at all' }, { limit: 1, signal })).rejects.toThrow('left');
});
