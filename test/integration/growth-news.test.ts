// How readers hear of events: behind the commit, together where many come at once, on every node, and before a node ends.

import { append } from '@keytrail/server/audit/append';
import { connect } from '@keytrail/server/base/db';
import type { EventDraft } from '@keytrail/shared/event';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../kit/client.ts';
import { collectLive } from '../kit/live.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

const draft: EventDraft = {
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'deploy-bot',
};

let server: TestServer;
let owner: Owner;
let accountId: string;
let listener: Sql;
/** The accounts that each notification named. */
const told: string[][] = [];
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
  accountId = (await owner.client.account.me.query()).accountId;
  listener = connect(server.databaseUrl, { max: 1 });
  await listener.listen('keytrail_events', (payload) => told.push(payload.split(' ')));
});
afterAll(async () => {
  await listener.end();
  await server.stop();
});

const countTold = () => told.filter((accountIds) => accountIds.includes(accountId)).length;

test('many appends in a row are few notifications, the first of which waits for no other', async () => {
  const before = countTold();
  await append(server.app.ctx, accountId, draft);
  await expect.poll(() => countTold() - before, { interval: 1 }).toBe(1);
  const startedAt = performance.now();
  for (let count = 0; count < 100; count++) await append(server.app.ctx, accountId, draft);
  const elapsedMs = performance.now() - startedAt;
  await append(server.app.ctx, accountId, { ...draft, title: 'last' });
  await expect.poll(countTold).toBeGreaterThan(before + 1);
  expect(countTold() - before).toBeLessThanOrEqual(elapsedMs / 20 + 3);
});

test('a reader at another node gets every event, long before it would look again by itself', async () => {
  const node = await server.startNode();
  const { head } = await owner.client.audit.since.query({ from: 0 });
  const reader = collectLive(createClient(node.url, owner.session), head - 1);
  for (let count = 0; count < 50; count++)
    await append(server.app.ctx, accountId, { ...draft, title: `agent ${count}` });
  await reader.waitFor(50, 2_000);
  reader.stop();
});

test('what a node has recorded before it ends is told', async () => {
  const node = await server.startNode();
  const before = countTold();
  // The first is told at once, the second rests.
  await append(node.ctx, accountId, draft);
  await append(node.ctx, accountId, draft);
  await node.stop();
  await expect.poll(() => countTold() - before).toBe(2);
});
