// An agent's key is replaced while programs still hold the old one: both work for a while, then only the new one.

import type { AgentSummary } from '@keytrail/shared/agent';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { type Client, createClient, getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent } from '../kit/vault.ts';

const minute = 60_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const use = (client: Client) => client.agent.credential.mutate({ service: 'github' });
const works = (client: Client) => use(client).then(() => true);

async function rotate(owner: Owner, agent: { id: string }, overlapMinutes: number) {
  const { key, ...answer } = await owner.client.agents.rotateKey.mutate({ id: agent.id, overlapMinutes });
  return { ...answer, key, client: createClient(server.url, key) };
}

async function readTail(owner: Owner, limit: number) {
  return (await owner.client.audit.list.query({ limit })).events.toReversed();
}

async function expectRevoked(owner: Owner, client: Client, key: string, keyId: string) {
  expect(await getRefusal(use(client))).toMatchObject({ status: 403, code: 'access_denied', rule: 'key_revoked' });
  const [event] = await readTail(owner, 1);
  expect(event).toMatchObject({ type: 'policy_denied', outcome: 'denied', rule: 'key_revoked', keyId });
  expect(JSON.stringify(event)).not.toContain(key);
}

const endsOf = ({ keys }: AgentSummary) => keys.map(({ endsAt }) => endsAt);

test('with an overlap both keys work until the old one’s end; then its use is a recorded refusal', async () => {
  const owner = await server.createOwner();
  const { client: old, key, agent } = await createGrantedAgent(owner, server.url);
  const oldKey = agent.keys[0];
  const rotated = await rotate(owner, agent, 60);
  expect(rotated.agent.keys).toMatchObject([
    { hint: rotated.key.slice(-4), endsAt: null, lastUsedAt: null },
    { id: oldKey?.id, hint: key.slice(-4), createdAt: oldKey?.createdAt },
  ]);
  const endsAt = rotated.agent.keys[1]?.endsAt ?? '';
  expect(await works(rotated.client)).toBe(true);
  expect(await works(old)).toBe(true);
  expect(await old.agent.whoami.query()).toMatchObject({ status: 'active' });
  server.advance(Date.parse(endsAt) - server.app.ctx.nowMs() - 2 * 1000);
  expect(await works(old)).toBe(true);
  server.advance(Date.parse(endsAt) - server.app.ctx.nowMs());
  await expectRevoked(owner, old, key, oldKey?.id ?? '');
  expect(await old.agent.whoami.query()).toMatchObject({ status: 'key_revoked' });
  expect(await getRefusal(old.agent.grants.query())).toMatchObject({ status: 401 });
  expect(await works(rotated.client)).toBe(true);
  expect((await owner.client.agents.list.query())[0]?.keys).toMatchObject([{ hint: rotated.key.slice(-4) }]);
});

test('the log says which key took whose place and until when the old one works', async () => {
  const owner = await server.createOwner();
  const { agent } = await createGrantedAgent(owner, server.url);
  const rotated = await rotate(owner, agent, 24 * 60);
  const [renewed, old] = rotated.agent.keys;
  const [event] = await readTail(owner, 1);
  expect(event).toMatchObject({ type: 'vault_change', action: 'rotate', agentId: agent.id, keyId: renewed?.id });
  expect(event?.note).toBe(`In place of key ${old?.id}, which works until ${old?.endsAt}`);
  expect(Date.parse(old?.endsAt ?? '') - Date.parse(event?.occurredAt ?? '')).toBeGreaterThan(1439 * minute);
});

test('without an overlap the old key stops with the answer, which the log says of it by its id', async () => {
  const owner = await server.createOwner();
  const { client: old, key, agent } = await createGrantedAgent(owner, server.url);
  const oldId = agent.keys[0]?.id ?? '';
  const rotated = await rotate(owner, agent, 0);
  expect(endsOf(rotated.agent)).toEqual([null]);
  const events = await readTail(owner, 2);
  expect(events).toMatchObject([
    { action: 'revoke', title: 'Agent key revoked', keyId: oldId },
    { action: 'rotate', keyId: rotated.agent.keys[0]?.id, note: `In place of key ${oldId}, which no longer works` },
  ]);
  expect(events[0]?.correlationId).toBe(events[1]?.correlationId);
  await expectRevoked(owner, old, key, oldId);
});

test('rotating again ends the key before the last one at once', async () => {
  const owner = await server.createOwner();
  const { client: first, key, agent } = await createGrantedAgent(owner, server.url);
  const firstId = agent.keys[0]?.id ?? '';
  const second = await rotate(owner, agent, 7 * 24 * 60);
  const third = await rotate(owner, agent, 60);
  expect(await readTail(owner, 2)).toMatchObject([
    { action: 'revoke', keyId: firstId },
    { action: 'rotate', keyId: third.agent.keys[0]?.id },
  ]);
  await expectRevoked(owner, first, key, firstId);
  expect(await works(second.client)).toBe(true);
  expect(await works(third.client)).toBe(true);
});

test('the old key can be ended before its time; ending it again changes and records nothing', async () => {
  const owner = await server.createOwner();
  const { client: old, key, agent } = await createGrantedAgent(owner, server.url);
  const oldId = agent.keys[0]?.id ?? '';
  const rotated = await rotate(owner, agent, 60);
  const ended = await owner.client.agents.endOldKeys.mutate({ id: agent.id });
  expect(ended.keys).toMatchObject([{ id: rotated.agent.keys[0]?.id, endsAt: null }]);
  const [event] = await readTail(owner, 1);
  expect(event).toMatchObject({ action: 'revoke', title: 'Agent key revoked', keyId: oldId, agentName: 'deploy-bot' });
  await owner.client.agents.endOldKeys.mutate({ id: agent.id });
  expect((await readTail(owner, 1))[0]?.id).toBe(event?.id);
  await expectRevoked(owner, old, key, oldId);
  expect(await works(rotated.client)).toBe(true);
});

test('suspending stops both keys of an overlap, resuming gives back both, removing ends each by name', async () => {
  const owner = await server.createOwner();
  const { client: old, agent } = await createGrantedAgent(owner, server.url);
  const rotated = await rotate(owner, agent, 60);
  await owner.client.agents.suspend.mutate({ id: agent.id });
  for (const client of [old, rotated.client]) {
    expect(await getRefusal(use(client))).toMatchObject({ status: 403, rule: 'agent_suspended' });
  }
  await owner.client.agents.resume.mutate({ id: agent.id });
  for (const client of [old, rotated.client]) expect(await works(client)).toBe(true);
  await owner.client.agents.remove.mutate({ id: agent.id });
  const ended = (await readTail(owner, 4)).filter(({ title }) => title === 'Agent key revoked');
  expect(new Set(ended.map(({ keyId }) => keyId))).toEqual(new Set(rotated.agent.keys.map(({ id }) => id)));
  for (const client of [old, rotated.client]) {
    expect(await getRefusal(use(client))).toMatchObject({ status: 403, rule: 'key_revoked' });
  }
});

test('a key tells when it was last used, apart from the other', async () => {
  const owner = await server.createOwner();
  const { client: old, agent } = await createGrantedAgent(owner, server.url);
  const rotated = await rotate(owner, agent, 60);
  await use(old);
  const usedOf = async () => (await owner.client.agents.list.query())[0]?.keys.map(({ lastUsedAt }) => lastUsedAt);
  await expect.poll(usedOf).toEqual([null, expect.any(String)]);
  await use(rotated.client);
  await expect.poll(usedOf).toEqual([expect.any(String), expect.any(String)]);
});

test('invalid: an overlap of less than nothing, of more than a week, of half a minute', async () => {
  const owner = await server.createOwner();
  const { agent } = await createAgent(owner, server.url);
  for (const overlapMinutes of [-1, 7 * 24 * 60 + 1, 0.5, Number.NaN]) {
    const refusal = await getRefusal(owner.client.agents.rotateKey.mutate({ id: agent.id, overlapMinutes }));
    expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
  }
});

test('not found: the agent of another account', async () => {
  const [owner, stranger] = [await server.createOwner(), await server.createOwner()];
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const calls = [
    () => stranger.client.agents.rotateKey.mutate({ id: agent.id, overlapMinutes: 60 }),
    () => stranger.client.agents.endOldKeys.mutate({ id: agent.id }),
  ];
  for (const call of calls) expect(await getRefusal(call())).toMatchObject({ status: 404, code: 'not_found' });
  expect(await works(client)).toBe(true);
});

test('rotations and endings at once: at most two keys work, one of them without an end, and the log tells each end once', async () => {
  const owner = await server.createOwner();
  const { agent, key } = await createGrantedAgent(owner, server.url);
  const node = createClient((await server.startNode()).url, owner.session);
  const rotations = Array.from({ length: 12 }, (_, index) =>
    (index % 2 === 0 ? owner.client : node).agents.rotateKey.mutate({ id: agent.id, overlapMinutes: (index % 3) * 60 }),
  );
  const endings = Array.from({ length: 4 }, () => node.agents.endOldKeys.mutate({ id: agent.id }));
  const keys = [key, ...(await Promise.all(rotations)).map((rotated) => rotated.key)];
  await Promise.all(endings);
  const tried = await Promise.allSettled(keys.map((each) => use(createClient(server.url, each))));
  const working = keys.filter((_, index) => tried[index]?.status === 'fulfilled').map((each) => each.slice(-4));
  const summary = (await owner.client.agents.list.query())[0];
  expect(summary?.keys.map(({ hint }) => hint).toSorted()).toEqual(working.toSorted());
  expect(summary?.keys.filter(({ endsAt }) => endsAt === null)).toHaveLength(1);
  expect(working.length).toBeLessThanOrEqual(2);
  const { events } = await owner.client.audit.list.query({ limit: 100 });
  const made = events.filter(({ action }) => action === 'rotate' || action === 'create').map(({ keyId }) => keyId);
  const ended = events.filter(({ title }) => title === 'Agent key revoked').map(({ keyId }) => keyId);
  expect(new Set(ended).size).toBe(ended.length);
  const standing = summary?.keys.map(({ id }) => id) ?? [];
  expect(new Set([...ended, ...standing])).toEqual(new Set(made.filter((id) => id !== undefined)));
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
});
