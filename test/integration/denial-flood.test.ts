// A flood of refusals: the log holds the first of a minute, and of the rest how many there were of each kind.

import type { App } from '@keytrail/server/app';
import { flushDenialFolds } from '@keytrail/server/audit/denial-folds';
import { denialsMax } from '@keytrail/server/audit/record-denial';
import { connect, readAsAccount } from '@keytrail/server/base/db';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
let second: App;
beforeAll(async () => {
  // The job that records the counts would do so first, whenever the clock is turned: here only `flush` does.
  server = await startTestServer({}, { jobs: false });
  second = await server.startNode();
});
afterAll(() => server.stop());

async function readDenials(owner: Owner): Promise<AuditEvent[]> {
  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
  const rows = await readAsAccount(
    server.app.ctx.db,
    accountId,
    (tx) => tx<{ line: string }[]>`
      select line from events where account_id = ${accountId} and type = 'policy_denied' order by recorded_at`,
  );
  return rows.map(({ line }) => JSON.parse(line).ev);
}

const sumCounts = (events: readonly AuditEvent[]) => events.reduce((sum, { count }) => sum + (count ?? 1), 0);

/** Refused calls by turns on both nodes, all at once. */
async function flood(key: string, calls: number, service = 'github', reason?: string): Promise<void> {
  const clients = [createClient(server.url, key), createClient(second.url, key)];
  await Promise.all(
    Array.from({ length: calls }, (_, n) => {
      const call = clients[n % 2]?.agent.credential.mutate({ service, ...(reason === undefined ? {} : { reason }) });
      return getRefusal(Promise.resolve(call));
    }),
  );
}

/** As the job does it, on both nodes at once. */
async function flush(): Promise<void> {
  await Promise.all([flushDenialFolds(server.app.ctx), flushDenialFolds(second.ctx)]);
}

test('the first 60 a minute are events of their own, alike ones beyond become one, and the counts add up', async () => {
  const owner = await server.createOwner();
  const { key, agent } = await createAgent(owner, server.url);
  for (const service of ['github', 'stripe']) await createToken(owner, service);
  await flood(key, 150, 'github', 'nightly deploy');
  await flood(key, 50, 'stripe');
  await flood(key, 1, 'aws');
  expect(await readDenials(owner)).toHaveLength(denialsMax);
  await flush();
  expect(await readDenials(owner), 'gathered for a minute').toHaveLength(denialsMax);
  server.advance(61_000);
  await flush();
  const denials = await readDenials(owner);
  expect(sumCounts(denials)).toBe(201);
  const folded = denials.slice(denialsMax);
  expect(folded).toMatchObject([
    { service: 'github', count: 90, reason: 'nightly deploy', agentId: agent.id, rule: 'grant_missing' },
    { service: 'stripe', count: 50 },
    { service: 'aws' },
  ]);
  expect(folded[0]?.note).toMatch(/^Refused 90 times from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d to \d{4}.* UTC$/);
  expect(folded[2]?.count).toBeUndefined();
  expect(await owner.client.agents.denials.query()).toEqual([{ agentId: agent.id, count: 201 }]);
  // In the next minute there is room for refusals of their own again.
  await flood(key, 3);
  expect(sumCounts(await readDenials(owner))).toBe(204);
  expect(await owner.client.agents.denials.query(), 'as the card shows them').toEqual([
    { agentId: agent.id, count: 204 },
  ]);
});

test('services that an agent makes up are alike: they fill no log', async () => {
  const owner = await server.createOwner();
  const { client } = await createAgent(owner, server.url);
  for (let n = 0; n < 100; n++) await getRefusal(client.agent.credential.mutate({ service: `made-up-${n}` }));
  server.advance(61_000);
  await flush();
  const denials = await readDenials(owner);
  expect(denials).toHaveLength(denialsMax + 1);
  expect(sumCounts(denials)).toBe(100);
  expect(denials.at(-1)).not.toHaveProperty('service');
});

test('of what alike refusals say, a counted event keeps what all of them say', async () => {
  const owner = await server.createOwner();
  const { key } = await createAgent(owner, server.url);
  for (const service of ['github', 'stripe']) await createToken(owner, service);
  await flood(key, denialsMax, 'filler');
  await flood(key, 5, 'github', 'one reason');
  await flood(key, 5, 'github', 'another');
  await flood(key, 5, 'stripe', 'the same');
  server.advance(61_000);
  await flush();
  const [github, stripe] = (await readDenials(owner)).slice(denialsMax);
  expect(github).toMatchObject({ service: 'github', count: 10, client: 'nodejs', clientIp: '127.0.0.1' });
  expect(github).not.toHaveProperty('reason');
  expect(stripe).toMatchObject({ service: 'stripe', count: 5, reason: 'the same' });
});

test('requests that fit nothing are failures, and fill no log either', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  for (let n = 0; n < denialsMax + 30; n++) {
    const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github', field: `made-up-${n}` }));
    expect(refusal).toMatchObject({ status: 400, code: 'field_unknown' });
  }
  server.advance(61_000);
  await flush();
  const { events } = await owner.client.audit.list.query({ filter: { outcomes: ['failed'] }, limit: 200 });
  expect(events).toHaveLength(denialsMax + 1);
  expect(sumCounts(events)).toBe(denialsMax + 30);
  expect(events[0]).toMatchObject({ type: 'agent_access', agentId: agent.id, service: 'github', count: 30 });
  expect(events[0]?.note).toMatch(/^Failed 30 times from .* UTC: This credential has no such field\.$/);
  expect(await owner.client.agents.denials.query(), 'no refusals').toEqual([]);
});

test('one agent’s flood takes no room from another agent, nor from what is allowed', async () => {
  const owner = await server.createOwner();
  const { key, client } = await createGrantedAgent(owner, server.url);
  await flood(key, denialsMax + 20, 'stripe');
  await client.agent.credential.mutate({ service: 'github' });
  const other = await createAgent(owner, server.url, 'other-bot');
  await flood(other.key, 5);
  expect(sumCounts(await readDenials(owner))).toBe(denialsMax + 5);
  server.advance(61_000);
  await flush();
  expect(sumCounts(await readDenials(owner))).toBe(denialsMax + 25);
});

test('a log that cannot be written keeps its count for later, and others do not wait for it', async () => {
  const [stuck, well] = [await server.createOwner(), await server.createOwner()];
  for (const owner of [stuck, well]) {
    const { key } = await createAgent(owner, server.url);
    await flood(key, denialsMax + 7);
  }
  server.advance(61_000);
  const { accountId } = await stuck.client.account.me.query();
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql.begin(async (tx) => {
    await tx`select from heads where account_id = ${accountId} for update`;
    await flush();
    expect(sumCounts(await readDenials(stuck))).toBe(denialsMax);
    expect(sumCounts(await readDenials(well))).toBe(denialsMax + 7);
  });
  await sql.end();
  await flush();
  expect(sumCounts(await readDenials(stuck))).toBe(denialsMax + 7);
}, 30_000);
