// A log whose oldest events are gone: caches and streams go on behind the gap, from wherever they were.

import 'fake-indexeddb/auto';
import { append } from '@keytrail/server/audit/append';
import { connect } from '@keytrail/server/base/db';
import type { EventDraft } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCacheState } from '../../extension/src/lib/cache.ts';
import { db } from '../../extension/src/lib/db.ts';
import { syncCache } from '../../extension/src/lib/sync.ts';
import { collectLive } from '../kit/live.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

const draft: EventDraft = {
  type: 'vault_change',
  action: 'update',
  source: 'direct',
  outcome: 'ok',
  title: 'Changed',
};

let server: TestServer;
let owner: Owner;
let accountId: string;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
  accountId = (await owner.client.account.me.query()).accountId;
});
afterAll(() => server.stop());

const record = (count: number) =>
  Promise.all(Array.from({ length: count }, () => append(server.app.ctx, accountId, draft)));
const sync = () => syncCache((input) => owner.client.audit.since.query(input), accountId, 100_000, Date.now());
const cachedSeqs = () => db.events.toCollection().primaryKeys();
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** What retention does in the end: every partition so far is dropped. */
async function dropPartitions(): Promise<void> {
  const sql = connect(server.databaseUrl, { max: 1 });
  const leaves = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass`;
  for (const { name } of leaves) await sql.unsafe(`drop table ${name}`);
  await sql.end();
}

test('a cache behind a gap longer than a page catches up, and drops what the server dropped', async () => {
  await sync();
  const { cursor } = await readCacheState();
  expect(await cachedSeqs()).toEqual(range(0, cursor));
  await record(1_500);
  await dropPartitions();
  const { head } = await owner.client.audit.since.query({ from: 0 });
  await sync();
  expect(await cachedSeqs()).toEqual([]);
  expect(await readCacheState()).toMatchObject({ cursor: head, notice: null, lastError: null });
  await record(5);
  await sync();
  expect(await cachedSeqs()).toEqual(range(head, head + 5));
});

test('a stream that resumes within the gap gets what is left, and then what is new', async () => {
  const { head } = await owner.client.audit.since.query({ from: 0 });
  const [first] = (await owner.client.audit.since.query({ from: 0 })).events;
  const live = collectLive(owner.client, 3);
  await live.waitFor(head - (first?.seq ?? 0));
  await record(3);
  await live.waitFor(head - (first?.seq ?? 0) + 3);
  live.stop();
  expect(live.seqs).toEqual(range(first?.seq ?? 0, head + 3));
});
