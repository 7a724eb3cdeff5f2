// What is older than the retention leaves the log: said first, then out of sight, then off the disk; nothing else does.

import { append } from '@keytrail/server/audit/append';
import { countOverTime } from '@keytrail/server/audit/chart';
import { countFacets } from '@keytrail/server/audit/facets';
import { listEvents, listEventsFrom } from '@keytrail/server/audit/query';
import { pruneAgedEvents } from '@keytrail/server/audit/retention';
import { rollUp } from '@keytrail/server/audit/roll-up';
import { streamEvents } from '@keytrail/server/audit/stream';
import { connect } from '@keytrail/server/base/db';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { canonicalize } from '@keytrail/shared/canonical';
import type { EventDraft, EventFilter } from '@keytrail/shared/event';
import type { Sql } from 'postgres';
import { afterEach, expect, test } from 'vitest';
import { ageLogs, listLeaves, toPruneBody } from '../kit/age-log.ts';
import { openSeeder } from '../kit/seed-log.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const draft: EventDraft = {
  type: 'vault_change',
  action: 'update',
  source: 'direct',
  outcome: 'ok',
  title: 'Changed',
};

let server: TestServer;
afterEach(() => server.stop());

/** A server that has kept events for long, then told to keep them for 30 days. */
async function startAged(accounts: number): Promise<{ accountIds: string[] }> {
  server = await startTestServer({ KEYTRAIL_RETENTION_DAYS: '36500' });
  const accountIds = Array.from({ length: accounts }, () => crypto.randomUUID());
  await ageLogs(server.databaseUrl, accountIds, 60);
  expect(await migrateDatabase(server.databaseUrl, 30)).toEqual({ daysBefore: 36500 });
  return { accountIds };
}

async function readAll(accountId: string) {
  return (await listEventsFrom(server.app.ctx.db, accountId, { from: 0, limit: 1000 })).events;
}

/** The end of the newest partition of which every event has aged out. */
function findEdge(days: number): number {
  const weekMs = 7 * 86_400_000;
  const monday = Date.UTC(2024, 0, 1);
  return monday + Math.floor((Date.now() - days * 86_400_000 - monday) / weekMs) * weekMs;
}

/** Runs a statement in a transaction that stays open; answers how to end it. */
async function hold(sql: Sql, statement: string): Promise<() => Promise<unknown>> {
  const connection = await sql.reserve();
  await connection.unsafe(`begin; ${statement}`);
  return async () => {
    await connection`rollback`;
    connection.release();
  };
}

test('aged partitions go, each account is told what went, and nothing younger goes', async () => {
  const { accountIds } = await startAged(3);
  const before = new Map(await Promise.all(accountIds.map(async (id) => [id, await readAll(id)] as const)));
  await pruneAgedEvents(server.app.ctx);
  const edge = findEdge(30);
  for (const accountId of accountIds) {
    const old = before.get(accountId) ?? [];
    const gone = old.filter(({ recordedAt }) => Date.parse(recordedAt) < edge);
    const kept = old.filter(({ recordedAt }) => Date.parse(recordedAt) >= edge);
    const after = await readAll(accountId);
    expect(gone.length).toBeGreaterThan(14);
    expect(after.slice(0, kept.length)).toEqual(kept);
    const prunings = after.slice(kept.length);
    // One for each week, in order, together all that went.
    expect(prunings.length).toBeGreaterThan(1);
    for (const pruning of prunings) {
      expect(pruning).toMatchObject({ type: 'vault_change', action: 'prune', source: 'system', outcome: 'ok' });
      expect(pruning.note).toMatch(/^Recorded before \d{4}-\d\d-\d\d; events are kept for 30 days$/);
      expect(pruning.count).toBe((pruning.lastSeq ?? 0) - (pruning.firstSeq ?? 0) + 1);
    }
    expect(prunings[0]?.firstSeq).toBe(0);
    expect(prunings.at(-1)?.lastSeq).toBe(gone.at(-1)?.seq);
    expect(prunings.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(gone.length);
  }
  const leaves = await listLeaves(server.databaseUrl);
  const oldest = new Date(edge).toISOString().slice(0, 10).replaceAll('-', '');
  expect(leaves[0]).toBe(`events_${oldest}`);
  // A second run finds nothing to do and says nothing.
  const said = await readAll(accountIds[0] ?? '');
  await pruneAgedEvents(server.app.ctx);
  expect(await readAll(accountIds[0] ?? '')).toEqual(said);
});

test('counts, chart and list agree before and after, and streams go on behind the gap', async () => {
  const { accountIds } = await startAged(1);
  const [accountId = ''] = accountIds;
  const { ctx } = server.app;
  const agree = async (filter: EventFilter) => {
    const { events } = await listEvents(ctx.db, accountId, { filter, limit: 200 });
    const { total, oldest } = await countFacets(ctx, accountId, filter);
    const { bars } = await countOverTime(ctx, accountId, { filter, zone: 'UTC', bucket: 'day' });
    const drawn = bars.flatMap(({ counts }) => Object.values(counts)).reduce((sum, n) => sum + n, 0);
    expect([total, drawn]).toEqual([events.length, events.length]);
    return { total, oldest };
  };
  const filters = [{}, { services: ['github'] }, { text: 'deploys' }, { services: ['stripe'], text: 'number' }];
  const before = await Promise.all(filters.map(agree));
  await pruneAgedEvents(ctx);
  const after = await Promise.all(filters.map(agree));
  for (const [index, { total }] of after.entries()) expect(total).toBeLessThan(before[index]?.total ?? 0);
  expect(Date.parse(after[0]?.oldest ?? '')).toBeGreaterThanOrEqual(findEdge(30));
  const kept = (await readAll(accountId)).map(({ seq }) => seq);
  const stopped = new AbortController();
  const seen: number[] = [];
  const stream = streamEvents(ctx, accountId, 0, stopped.signal, async () => {});
  for await (const { seq } of stream) {
    seen.push(seq);
    if (seen.length === kept.length) await append(ctx, accountId, draft);
    if (seen.length > kept.length) stopped.abort();
  }
  expect(seen).toEqual([...kept, (kept.at(-1) ?? 0) + 1]);
});

test('two nodes that prune at once prune once', async () => {
  const { accountIds } = await startAged(2);
  const node = await server.startNode();
  await Promise.all([pruneAgedEvents(server.app.ctx), pruneAgedEvents(node.ctx), pruneAgedEvents(server.app.ctx)]);
  for (const accountId of accountIds) {
    const prunings = (await readAll(accountId)).filter(({ action }) => action === 'prune');
    const spans = prunings.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]);
    spans.forEach(([first], index) => {
      expect(first).toBe(index === 0 ? 0 : (spans[index - 1]?.[1] ?? 0) + 1);
    });
  }
  const edge = new Date(findEdge(30)).toISOString().slice(0, 10).replaceAll('-', '');
  expect((await listLeaves(server.databaseUrl))[0]).toBe(`events_${edge}`);
});

test('a reader that holds a partition for seconds stalls no append and keeps the partition only until it is done', async () => {
  const { accountIds } = await startAged(1);
  const [accountId = ''] = accountIds;
  const reader = connect(server.databaseUrl, { max: 1 });
  const [row] = await reader`select tableoid::regclass::text as leaf from events order by recorded_at limit 1`;
  const leaf = String(row?.leaf);
  const free = await hold(reader, `select count(*) from ${leaf}`);
  let pruned = false;
  const pruning = pruneAgedEvents(server.app.ctx).then(() => {
    pruned = true;
  });
  let slowestMs = 0;
  const until = Date.now() + 3000;
  while (Date.now() < until) {
    const started = performance.now();
    await append(server.app.ctx, accountId, draft);
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  expect(pruned).toBe(false);
  // Each try to drop gives up after 200 ms; the machine is given room.
  expect(slowestMs).toBeLessThan(1500);
  await free();
  await reader.end();
  await pruning;
  expect(await listLeaves(server.databaseUrl)).not.toContain(leaf);
});

test('a crash between the pruning and the drop is made good by the next run', async () => {
  const { accountIds } = await startAged(2);
  const [first = ''] = accountIds;
  // What a node does that dies after the first account of the oldest partition.
  const sql = connect(server.databaseUrl, { max: 1, role: 'keytrail_retention' });
  const [what] = await sql<{ leaf: string; end_at: string; count: string; first_seq: string; last_seq: string }[]>`
    select leaf, end_at::text, p.* from aged_event_partitions() cross join lateral prunable_accounts(end_at) p
    where account_id = ${first} order by end_at limit 1`;
  if (what === undefined) throw new Error('nothing has aged out');
  const body = toPruneBody(what);
  expect([...(await sql`select prune_events(${first}, ${what.end_at}, ${body}) as done`)]).toEqual([{ done: true }]);
  await sql.end();
  expect((await readAll(first))[0]?.seq).toBe(Number(what.last_seq) + 1);
  await pruneAgedEvents(server.app.ctx);
  for (const accountId of accountIds) {
    const prunings = (await readAll(accountId)).filter(({ action }) => action === 'prune');
    expect(prunings[0]).toMatchObject({ firstSeq: 0, count: Number(what.count) });
    expect(prunings[1]?.firstSeq).toBe(Number(what.last_seq) + 1);
  }
  expect(await listLeaves(server.databaseUrl)).not.toContain(what.leaf);
});

test('a log that is held locked is left to the next run; the others are pruned', async () => {
  const { accountIds } = await startAged(2);
  const [locked = '', other = ''] = accountIds;
  const sql = connect(server.databaseUrl, { max: 1 });
  const free = await hold(sql, `select 1 from heads where account_id = '${locked}' for update`);
  const retention = server.app.ctx.db.retention;
  await retention.execute(`set lock_timeout = '100ms'`);
  await pruneAgedEvents(server.app.ctx);
  expect((await readAll(other)).some(({ action }) => action === 'prune')).toBe(true);
  expect((await readAll(locked)).some(({ action }) => action === 'prune')).toBe(false);
  expect(server.logged()).toContain('a log is locked');
  await free();
  await sql.end();
  await pruneAgedEvents(server.app.ctx);
  expect((await readAll(locked)).some(({ action }) => action === 'prune')).toBe(true);
});

test('a facet of which no event is left gives its place to another, which inherits nothing of it', async () => {
  server = await startTestServer({ KEYTRAIL_RETENTION_DAYS: '36500' });
  const { ctx } = server.app;
  const accountId = crypto.randomUUID();
  const numbers = Array.from({ length: 10 }, (_, n) => n);
  const seeder = await openSeeder(server.databaseUrl, 10);
  const toSeed = (service: string, daysAgo: number) => {
    const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
    const body = { ...draft, id: crypto.randomUUID(), salt: 'A'.repeat(22), occurredAt: at, service };
    return { accountId, body: canonicalize(body), recordedAt: at.replace('Z', '000Z') };
  };
  await seeder.add(numbers.map((n) => toSeed(`old-${n}`, 60 - n)));
  await seeder.add(numbers.map((n) => toSeed(`kept-${n}`, 20 - n)));
  await seeder.rollUp([accountId]);
  await seeder.close();
  await migrateDatabase(server.databaseUrl, 30);
  await pruneAgedEvents(ctx);
  for (const n of numbers) await append(ctx, accountId, { ...draft, service: `new-${n}` });
  await rollUp(ctx.db, accountId);
  const find = async (filter: EventFilter) =>
    (await listEvents(ctx.db, accountId, { filter, limit: 50 })).events.map(({ service }) => service);
  for (const n of numbers) {
    expect(await find({ services: [`old-${n}`] })).toEqual([]);
    expect(await find({ text: `old-${n}` })).toEqual([]);
    for (const service of [`kept-${n}`, `new-${n}`]) {
      expect(await find({ services: [service] })).toEqual([service]);
      expect(await find({ text: service, types: ['vault_change'] })).toEqual([service]);
    }
  }
  const sql = connect(server.databaseUrl, { max: 1 });
  const [row] = await sql<{ given: number; spare: number; facets: number }[]>`
    select places as given, cardinality(spare_places) as spare,
      (select count(*)::int from event_facets where account_id = ${accountId}) as facets
    from event_rollups where account_id = ${accountId}`;
  await sql.end();
  // The old ones, the kept ones and the prunings had places; the new ones were given those of the old.
  expect(row).toEqual({ given: 21, spare: 0, facets: 21 });
});
