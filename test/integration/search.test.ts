// The log's search against its meaning: random filters, windows, places and page sizes over months of events, some of
// them rolled up and some not, must find what `matches` admits, in order, each once.

import { randomBytes } from 'node:crypto';
import { append } from '@keytrail/server/audit/append';
import { countOverTime } from '@keytrail/server/audit/chart';
import { countFacets } from '@keytrail/server/audit/facets';
import { listEvents } from '@keytrail/server/audit/query';
import { findLines } from '@keytrail/server/audit/search';
import { toWindow } from '@keytrail/server/audit/window';
import { connect, readAsAccount } from '@keytrail/server/base/db';
import { canonicalize } from '@keytrail/shared/canonical';
import { type AuditEvent, type EventBody, type EventFilter, facetNames } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { mintUuid } from '@keytrail/shared/ids';
import { parseLine } from '@keytrail/shared/leaf';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSeeder } from '../kit/seed-log.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const dayMs = 86_400_000;
const uuid = (n: number) => `019aa000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const now = Date.now();

let server: TestServer;
let accountId: string;
let events: AuditEvent[];

beforeAll(async () => {
  server = await startTestServer();
  accountId = uuid(1);
  const seeder = await openSeeder(server.databaseUrl, 9);
  const seeds = Array.from({ length: 3000 }, (_, n) => ({
    accountId,
    body: canonicalize({ ...makeBody(n) }),
    // Dense at first, in gaps of half a day later, so that some half hours hold many and most none.
    recordedAt: toRecordedAt(
      now - 60 * dayMs + (n < 1500 ? n * 60_000 : 1500 * 60_000 + (n - 1500) * 3_000_000) + (n % 7),
    ),
  }));
  await seeder.add(seeds.slice(0, 2000));
  await seeder.rollUp([accountId]);
  await seeder.add(seeds.slice(2000));
  await seeder.add([
    { accountId: uuid(2), body: canonicalize({ ...makeBody(1) }), recordedAt: toRecordedAt(now - dayMs) },
  ]);
  await seeder.close();
  const { db } = server.app.ctx;
  const rows = await db.raw.begin(async (tx) => {
    await tx.unsafe(`set local keytrail.account_id = '${accountId}'`);
    return tx<{ line: string }[]>`select line from events where account_id = ${accountId} order by recorded_at desc`;
  });
  events = rows.map(({ line }) => parseLine(line));
});
afterAll(() => server.stop());

function toRecordedAt(ms: number): string {
  return new Date(ms).toISOString().replace('Z', `${String(Math.trunc(ms) % 1000).padStart(3, '0')}Z`);
}

function makeBody(n: number): EventBody {
  const denied = n % 11 === 0;
  const agent = (n * 7) % 13;
  return {
    id: mintUuid(now, (length) => new Uint8Array(randomBytes(length))),
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    occurredAt: new Date(now).toISOString(),
    type: denied ? 'policy_denied' : n % 3 === 0 ? 'secret_access' : 'agent_access',
    action: 'fetch',
    source: n % 3 === 0 ? 'direct' : n % 17 === 0 ? 'mcp_proxy' : 'agent',
    outcome: denied ? 'denied' : n % 501 === 0 ? 'failed' : 'ok',
    title: n % 3 === 0 ? 'Direct Access' : `bot-${agent}`,
    service: ['github', 'openai', 'aws', n > 2500 ? 'late' : 'stripe'][n % 4],
    credentialId: uuid(100 + (n % 6)),
    credentialLabel: `label ${n % 6}`,
    ...(n % 3 === 0 ? {} : { agentId: uuid(50 + agent), agentName: `bot-${agent}` }),
    ...(n % 17 === 0 ? { proxyId: uuid(90), proxyName: 'GitHub proxy' } : {}),
    ...(denied ? { rule: n % 2 === 0 ? ('grant_missing' as const) : ('grant_expired' as const) } : {}),
    ...(n % 4 === 1 ? { reason: `Opens issue ${n}${n % 997 === 1 ? ' Zebra' : ''}` } : {}),
    ...(n % 2 === 0 ? { policyIds: [uuid(70), uuid(71 + (n % 3))] } : {}),
    client: n % 3 === 0 ? 'browser' : 'nodejs',
    clientIp: n % 3 === 0 ? '2001:db8::7' : `10.0.${n % 4}.${n % 9}`,
  };
}

const someOf = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const instant = fc.integer({ min: now - 62 * dayMs, max: now }).map((ms) => new Date(ms).toISOString());
const filters: fc.Arbitrary<EventFilter> = fc.record(
  {
    types: someOf('secret_access', 'agent_access', 'policy_denied', 'token_refresh'),
    sources: someOf('direct', 'agent', 'mcp_proxy'),
    services: someOf('github', 'openai', 'late', 'absent'),
    agentIds: someOf(...[50, 53, 62, 99].map(uuid)),
    credentialIds: someOf(...[100, 103, 199].map(uuid)),
    proxyIds: someOf(uuid(90), uuid(91)),
    policyIds: someOf(...[70, 72, 79].map(uuid)),
    outcomes: someOf('ok', 'denied', 'failed'),
    clients: someOf('browser', 'nodejs', 'cli'),
    rules: someOf('grant_missing', 'grant_expired', 'key_revoked'),
    ips: someOf('2001:db8::/32', '10.0.1.0/24', '10.0.2.4', '192.0.2.0/24'),
    text: fc.constantFrom('bot-1', 'issue 1', 'zebra', 'ZEBRA', 'label 3', 'is', 'absent', '%', '997'),
    from: instant,
    to: instant,
  },
  { requiredKeys: [] },
);
// Few members at a time, or nothing would be left to find.
const narrow = fc
  .tuple(filters, fc.subarray([...facetNames, 'text', 'from', 'to'] as const, { maxLength: 3 }))
  .map(
    ([filter, kept]): EventFilter =>
      Object.fromEntries(Object.entries(filter).filter(([name]) => kept.some((k) => k === name))),
  );

const runs = { numRuns: 300, seed: 7 };

describe('the search', () => {
  test('pages older: all that matches, newest first, each once', async () => {
    await fc.assert(
      fc.asyncProperty(narrow, fc.integer({ min: 1, max: 60 }), fc.nat(3000), async (filter, limit, start) => {
        const before = events[start]?.recordedAt;
        const page = await listEvents(server.app.ctx.db, accountId, { filter, before, limit });
        const expected = events.filter(
          (event) => matches(event, filter) && (before === undefined || event.recordedAt < before),
        );
        expect(page.events.map(({ seq }) => seq)).toEqual(expected.slice(0, limit).map(({ seq }) => seq));
      }),
      runs,
    );
  });

  test('pages newer: what follows a place', async () => {
    await fc.assert(
      fc.asyncProperty(narrow, fc.integer({ min: 1, max: 60 }), fc.nat(2999), async (filter, limit, start) => {
        const after = events[start]?.recordedAt ?? '';
        const page = await listEvents(server.app.ctx.db, accountId, { filter, after, limit });
        const expected = events.filter((event) => matches(event, filter) && event.recordedAt > after);
        expect(page.events.map(({ seq }) => seq)).toEqual(expected.slice(-limit).map(({ seq }) => seq));
      }),
      runs,
    );
  });
});

test('reasons that few give are looked up by their letters, though the reader’s pool reads no bitmaps', async () => {
  const own = uuid(3);
  const seeder = await openSeeder(server.databaseUrl, 9);
  const seeds = Array.from({ length: 4000 }, (_, n) => {
    const reason = `Reads build ${n}${n === 7 ? ' Okapi' : ''}`;
    return {
      accountId: own,
      body: canonicalize({ ...makeBody(n), reason }),
      recordedAt: toRecordedAt(now - dayMs + n * 1000),
    };
  });
  await seeder.add(seeds);
  await seeder.rollUp([own]);
  await seeder.close();
  const owner = connect(server.databaseUrl, { max: 1 });
  await owner.unsafe('vacuum analyze event_reasons');
  await owner.end();
  const window = toWindow({}, {});
  await readAsAccount(server.app.ctx.db, own, async (tx) => {
    const find = async (filter: EventFilter) => {
      const lines = await findLines(tx, { accountId: own, filter, window, newestFirst: true, limit: 50 });
      return lines.map((line) => parseLine(line).seq);
    };
    const countLookUps = async () => {
      const [row] = await tx<{ count: string }[]>`
        select pg_stat_get_xact_numscans('event_reasons_words'::regclass) as count`;
      return Number(row?.count);
    };
    expect(await find({ text: 'okapi' })).toEqual([7]);
    expect(await find({ text: 'okapi', sources: ['agent'] })).toEqual([7]);
    expect(await find({ text: 'okapi', sources: ['direct'] })).toEqual([]);
    const lookUps = await countLookUps();
    expect(lookUps).toBeGreaterThanOrEqual(3);
    expect(await find({ text: 'reads build' })).toHaveLength(50);
    expect(await find({ text: 'reads build', outcomes: ['failed'] })).toEqual([
      3507, 3006, 2505, 2004, 1503, 1002, 501,
    ]);
    expect(await countLookUps(), 'what many say is not looked up').toBe(lookUps);
  });
});

describe('the counts', () => {
  test('of a filter are exact, each member heeding the others and not itself', async () => {
    await fc.assert(
      fc.asyncProperty(narrow, fc.constantFrom(...facetNames), async (filter, name) => {
        const facets = await countFacets(server.app.ctx, accountId, filter);
        expect(facets.total).toBe(events.filter((event) => matches(event, filter)).length);
        const others = { ...filter, [name]: undefined };
        for (const { value, count } of facets.values[name]) {
          const only = { ...others, [name]: [value] };
          expect(count, `${name} ${value}`).toBe(events.filter((event) => matches(event, only)).length);
        }
      }),
      { ...runs, numRuns: 40 },
    );
  });

  test.each(['Asia/Kolkata', 'America/New_York', 'UTC'])('by day add up in %s', async (zone) => {
    const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    await fc.assert(
      fc.asyncProperty(narrow, async (filter) => {
        const { bars } = await countOverTime(server.app.ctx, accountId, { filter, zone, bucket: 'day' });
        const expected = new Map<string, number>();
        for (const event of events.filter((candidate) => matches(candidate, filter))) {
          const day = dayOf.format(new Date(event.recordedAt));
          expected.set(day, (expected.get(day) ?? 0) + 1);
        }
        const actual = bars.map(
          ({ at, counts }) =>
            [dayOf.format(new Date(at)), Object.values(counts).reduce((sum, count) => sum + count, 0)] as const,
        );
        expect(new Map(actual)).toEqual(new Map([...expected].sort()));
      }),
      { ...runs, numRuns: 30 },
    );
  });
});

test('roll-ups happen by themselves as the log grows', async () => {
  const { ctx } = server.app;
  const own = mintUuid(now, ctx.randomBytes);
  const { id: _id, salt: _salt, occurredAt: _at, ...draft } = makeBody(1);
  await Promise.all(Array.from({ length: 300 }, () => append(ctx, own, draft)));
  await expect
    .poll(async () => {
      const rows = await ctx.db.raw.begin(async (tx) => {
        await tx.unsafe(`set local keytrail.account_id = '${own}'`);
        return tx<
          { count: string }[]
        >`select coalesce(sum(count), 0) as count from event_facets where account_id = ${own}`;
      });
      return Number(rows[0]?.count);
    })
    .toBeGreaterThanOrEqual(256);
});
