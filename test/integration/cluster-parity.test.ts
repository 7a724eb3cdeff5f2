// What a cluster needs does what it stands in for: the append for one account leaves the same log, the same answers and
// the same counters as the append for many, the roll-up that goes along to a worker the same facets.

import { randomUUID } from 'node:crypto';
import { connect } from '@keytrail/server/base/db';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import fc from 'fast-check';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ageLogs } from '../kit/age-log.ts';
import { checkLog } from '../kit/check-log.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  await migrateDatabase(database.url);
  sql = connect(database.url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

interface Item {
  /** By number, so that batches repeat events of earlier ones; the second content under an id is a conflict. */
  readonly event: number;
  readonly other: boolean;
  readonly counts: readonly { key: string; max: number | null; windowMs: number | null }[];
}
interface Batch {
  readonly items: readonly Item[];
  readonly counted: boolean;
  readonly turnMs: number;
}

const minuteMs = 60_000;
const count = fc.record({
  key: fc.constantFrom('grant a', 'grant b', 'rate'),
  max: fc.constantFrom(null, 1, 2, 3),
  windowMs: fc.constantFrom(null, minuteMs),
});
const item = fc.record({
  event: fc.nat(12),
  other: fc.boolean(),
  counts: fc.array(count, { minLength: 1, maxLength: 3 }),
});
const batch = fc.record({
  items: fc.uniqueArray(item, { minLength: 1, maxLength: 6, selector: ({ event }) => event }),
  counted: fc.boolean(),
  turnMs: fc.constantFrom(0, 2 * minuteMs),
});

test('whatever is appended in whatever batches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
      const [together, alone] = [randomUUID(), randomUUID()];
      const ids = Array.from({ length: 13 }, () => randomUUID());
      let turnMs = 0;
      for (const each of batches) {
        turnMs += each.turnMs;
        expect(await call(alone, { ...each, turnMs }, ids, true)).toEqual(
          await call(together, { ...each, turnMs }, ids, false),
        );
      }
      expect(await readCounters(alone)).toEqual(await readCounters(together));
      expect(await checkLog(database.url, alone)).toEqual(await checkLog(database.url, together));
    }),
    { numRuns: 60 },
  );
}, 120_000);

async function call(account: string, { items, counted, turnMs }: Batch, ids: readonly string[], alone: boolean) {
  const whose = alone ? sql`${account}::uuid` : sql`${items.map(() => account)}::uuid[]`;
  const bodies = items.map(({ event, other }) => toBody(ids[event] ?? '', other));
  if (!counted) {
    const name = alone ? sql`append_for_account` : sql`append_batch`;
    return sort(await sql`select ordinal, seq, outcome from ${name}(${whose}, ${bodies}::text[], true)`);
  }
  const counts = items.flatMap((each, n) => each.counts.map((one) => ({ ...one, item: n + 1 })));
  const name = alone ? sql`append_for_account_counted` : sql`append_batch_counted`;
  // When there is room again, from now, to the minute: the uses themselves were some milliseconds apart.
  return sort(
    await sql`
      select ordinal, seq, outcome, refused_by, 
        round((retry_at_ms - extract(epoch from clock_timestamp()) * 1000 - ${turnMs}::bigint) / 60000.0) as retry_minutes
      from ${name}(${whose}, ${bodies}::text[], true, ${counts.map((one) => one.item)}::integer[],
        ${counts.map((one) => one.key)}::text[], ${counts.map((one) => one.max)}::bigint[],
        ${counts.map((one) => one.windowMs)}::bigint[], ${turnMs}::bigint)`,
  );
}

function sort(rows: readonly Record<string, unknown>[]) {
  return [...rows].sort((left, right) => Number(left.ordinal) - Number(right.ordinal));
}

async function readCounters(account: string) {
  const counters = await sql`
    select u.key, u.uses, (select array_agg(t.n order by t.n) from use_times t where t.account_id = u.account_id and t.counter = encode(substr(sha256(convert_to(u.key, 'UTF8')), 1, 16), 'hex')::uuid) as timed
    from use_counters u where u.account_id = ${account} order by u.key`;
  return [...counters];
}

function toBody(id: string, other: boolean): string {
  return JSON.stringify({
    action: 'fetch',
    id,
    occurredAt: '2026-01-01T00:00:00.000Z',
    outcome: 'ok',
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    source: 'agent',
    title: other ? 'Other' : 'deploy-bot',
    type: 'agent_access',
  });
}

test('a log is rolled up alike, whole or bit by bit', async () => {
  const account = randomUUID();
  await ageLogs(database.url, [account], 60);
  await rollUp('roll_up_events', account, 1000);
  const whole = await readRolledUp(account);
  expect(whole.facets.length * whole.members.length * whole.spans.length * whole.reasons.length).toBeGreaterThan(0);
  for (const step of [1000, 7, 1]) {
    await sql.unsafe('set role keytrail_owner');
    for (const table of ['facets', 'members', 'spans', 'slots', 'reasons', 'rollups'])
      await sql.unsafe(`delete from event_${table}`);
    await sql.unsafe('reset role');
    await rollUp('roll_up_for_account', account, step);
    expect(await readRolledUp(account), `by ${step}`).toEqual(whole);
  }
});

async function rollUp(name: string, account: string, step: number): Promise<void> {
  for (let taken = 1; taken > 0; ) {
    const [row] = await sql.unsafe<{ taken: number }[]>(`select ${name}('${account}', ${step}) as taken`);
    taken = row?.taken ?? 0;
  }
}

async function readRolledUp(account: string) {
  return {
    facets: [...(await sql`select * from event_facets where account_id = ${account} order by facet`)],
    // Bits beyond the last are zeros, whether they are there or not.
    members: [
      ...(await sql`
        select member, value, rtrim(places::text, '0') as places from event_members where account_id = ${account} order by 1, 2`),
    ],
    spans: [
      ...(await sql`
        select span, count, rtrim(places::text, '0') as places, reasons, rtrim(reasoned::text, '0') as reasoned
        from event_spans where account_id = ${account} order by span`),
    ],
    slots: [...(await sql`select * from event_slots where account_id = ${account} order by facet, slot`)],
    reasons: [...(await sql`select * from event_reasons where account_id = ${account} order by recorded_at`)],
    rollUps: [...(await sql`select * from event_rollups where account_id = ${account}`)],
  };
}
