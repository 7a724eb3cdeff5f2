// What a grant may say: until when, which fields; and what its agent was refused.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';

const hour = 3_600_000;
const day = 24 * hour;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const inMs = (ms: number) => new Date(server.app.ctx.nowMs() + ms).toISOString();

async function createPair(owner: Owner) {
  const credential = await createToken(owner);
  const { agent, client } = await createAgent(owner, server.url);
  return { client, agentId: agent.id, credentialId: credential.id };
}

test.each([
  ['an hour', hour],
  ['a day', day],
  ['7 days', 7 * day],
  ['30 days', 30 * day],
  ['30 days by a clock that is minutes ahead', 30 * day + 10 * 60_000],
])('ok: a grant for %s ends then', async (_name, ms) => {
  const owner = await server.createOwner();
  const { client, ...pair } = await createPair(owner);
  const expiresAt = inMs(ms);
  expect(await owner.client.grants.create.mutate({ ...pair, expiresAt })).toMatchObject({ expiresAt });
  await client.agent.credential.mutate({ service: 'github' });
  expect(await client.agent.grants.query()).toMatchObject([{ service: 'github', expiresAt }]);
});

test.each([
  ['two hours past 30 days', 30 * day + 2 * hour, 'within 30 days or lasts until it is revoked'],
  ['a year', 365 * day, 'within 30 days or lasts until it is revoked'],
  ['no time at all', 0, 'lies in the past'],
  ['a minute ago', -60_000, 'lies in the past'],
])(
  'invalid: a grant that ends in %s; the sentence says what is possible, and nothing changes',
  async (_name, ms, sentence) => {
    const owner = await server.createOwner();
    const { client, ...pair } = await createPair(owner);
    const standing = await owner.client.grants.create.mutate(pair);
    const refusal = await getRefusal(owner.client.grants.create.mutate({ ...pair, expiresAt: inMs(ms) }));
    expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(refusal.sentence).toContain(sentence);
    expect(await owner.client.grants.list.query(pair)).toEqual([standing]);
    await client.agent.credential.mutate({ service: 'github' });
  },
);

test('invalid: a field that the credential does not have, or that never leaves', async () => {
  const owner = await server.createOwner();
  const { agent } = await createAgent(owner, server.url);
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'me',
    public: { username: 'me@example.com', sites: [] },
    secret: { password: 'hunter2-but-longer' },
    notes: 'mine',
  });
  const give = (fields: string[]) =>
    owner.client.grants.create.mutate({ agentId: agent.id, credentialId: login.id, fields });
  for (const field of ['api_key', 'totp', 'notes']) {
    const refusal = await getRefusal(give(['password', field]));
    expect(refusal).toMatchObject({ status: 400, code: 'field_unknown' });
    expect(refusal.sentence).toContain(`no field ${field}`);
    expect(refusal.sentence).toContain('username, password');
  }
  expect(await give(['password'])).toMatchObject({ fields: ['password'] });
});

test('a required reason: without one the access is refused and recorded, with one it is recorded beside the use', async () => {
  const owner = await server.createOwner();
  const { client, ...pair } = await createPair(owner);
  await owner.client.grants.create.mutate({ ...pair, reasonRequired: true });
  expect(await owner.client.grants.list.query(pair)).toMatchObject([{ reasonRequired: true, uses: 0 }]);
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refusal).toMatchObject({ status: 403, code: 'access_denied', rule: 'reason' });
  const newest = async () => (await owner.client.audit.list.query({ limit: 1 })).events[0];
  expect(await newest()).toMatchObject({ type: 'policy_denied', rule: 'reason', credentialId: pair.credentialId });
  const { eventId } = await client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  expect(await newest()).toMatchObject({ id: eventId, type: 'agent_access', reason: 'nightly deploy' });
});

test('what cannot be seen is no reason', async () => {
  const owner = await server.createOwner();
  const { client, ...pair } = await createPair(owner);
  await owner.client.grants.create.mutate({ ...pair, reasonRequired: true });
  const blank = client.agent.credential.mutate({ service: 'github', reason: '\u200b\u2060' });
  expect(await getRefusal(blank)).toMatchObject({ code: 'invalid_input' });
});

test('a key in what an agent says goes into no event', async () => {
  const owner = await server.createOwner();
  const { key, client } = await createGrantedAgent(owner, server.url);
  await client.agent.credential.mutate({ service: 'github', reason: `curl -H "Bearer ${key}"` });
  await getRefusal(client.agent.credential.mutate({ service: `x${key}`.slice(0, 90).toLowerCase() }));
  await getRefusal(client.agent.credential.mutate({ service: 'github', field: key }));
  await fetch(`${server.url}/trpc/agent.credential`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'user-agent': `bot ${key}` },
    body: JSON.stringify({ service: 'github' }),
  });
  const { events } = await owner.client.audit.list.query({ filter: { sources: ['agent'] }, limit: 50 });
  expect(events.map(({ reason, userAgent }) => [reason, userAgent])).toContainEqual([
    'curl -H "Bearer kt_agent_…"',
    'node',
  ]);
  expect(events.map(({ userAgent }) => userAgent)).toContain('bot kt_agent_…');
  expect(events).toHaveLength(4);
  expect(JSON.stringify(events).toLowerCase()).not.toContain(key.slice(9, 40).toLowerCase());
});

test('a grant tells how often it was used and when last: uses that were allowed, also at once and over two nodes', async () => {
  const owner = await server.createOwner();
  const { key, client, grant, agent, credential } = await createGrantedAgent(owner, server.url);
  const node = createClient((await server.startNode()).url, key);
  const uses = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? client : node).agent.credential.mutate({ service: 'github' }),
  );
  await Promise.all(uses);
  await getRefusal(client.agent.credential.mutate({ service: 'gitlab' }));
  const read = () => owner.client.grants.list.query({ agentId: agent.id, credentialId: credential.id });
  const [used] = await read();
  expect(used).toMatchObject({ id: grant.id, uses: 20 });
  const { events } = await owner.client.audit.list.query({ filter: { types: ['agent_access'] }, limit: 1 });
  const lastMs = Date.parse(events[0]?.recordedAt ?? '');
  // Noted by the append itself, at the time of its batch.
  expect(Math.abs(Date.parse(used?.lastUsedAt ?? '') - lastMs)).toBeLessThan(1000);
  const renewed = await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  expect(renewed).toMatchObject({ uses: 0, lastUsedAt: null });
  expect(await read()).toMatchObject([
    { id: renewed.id, uses: 0 },
    { id: grant.id, uses: 20 },
  ]);
});

test('denials are counted by agent, exactly, over the last seven days', async () => {
  const owner = await server.createOwner();
  const granted = await createGrantedAgent(owner, server.url);
  const { client, agent } = await createAgent(owner, server.url, 'refused-bot');
  const refuse = () => getRefusal(client.agent.credential.mutate({ service: 'github' }));
  for (let n = 0; n < 3; n++) await refuse();
  await granted.client.agent.credential.mutate({ service: 'github' });
  expect(await owner.client.agents.denials.query()).toEqual([{ agentId: agent.id, count: 3 }]);
  await owner.client.agents.suspend.mutate({ id: granted.agent.id });
  await getRefusal(granted.client.agent.credential.mutate({ service: 'github' }));
  const counts = await owner.client.agents.denials.query();
  expect(Object.fromEntries(counts.map(({ agentId, count }) => [agentId, count]))).toEqual({
    [agent.id]: 3,
    [granted.agent.id]: 1,
  });
  const facets = await owner.client.audit.facets.query({ filter: { agentIds: [agent.id], outcomes: ['denied'] } });
  expect(facets.total).toBe(3);
  const stranger = createClient(server.url, (await server.createOwner()).session);
  expect(await stranger.agents.denials.query()).toEqual([]);
});

test('a denial leaves the count when it is seven days old, and not before', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createAgent(owner, server.url);
  const refuse = () => getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await refuse();
  const { events } = await owner.client.audit.list.query({ limit: 1 });
  // The log dates by the database's clock, which no test can turn: what is turned is from where the count looks back.
  const ageMs = () => server.app.ctx.nowMs() - Date.parse(events[0]?.recordedAt ?? '');
  server.advance(7 * day - ageMs() - 10_000);
  expect(await owner.client.agents.denials.query()).toEqual([{ agentId: agent.id, count: 1 }]);
  server.advance(7 * day - ageMs() + 1);
  expect(await owner.client.agents.denials.query()).toEqual([]);
});

test('a grant that has run out is neither revoked nor replaced: it ended then', async () => {
  const owner = await server.createOwner();
  const { client, ...pair } = await createPair(owner);
  const expiresAt = new Date(server.app.ctx.nowMs() + 3_600_000).toISOString();
  const ended = await owner.client.grants.create.mutate({ ...pair, expiresAt });
  server.advance(2 * 3_600_000);
  expect(await owner.client.grants.revoke.mutate({ id: ended.id })).toMatchObject({ revokedAt: null });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({
    rule: 'grant_expired',
  });
  const renewed = await owner.client.grants.create.mutate(pair);
  const { events } = await owner.client.audit.list.query({ filter: { types: ['vault_change'] }, limit: 50 });
  const ofGrants = events.filter(({ grantId }) => grantId !== undefined).map(({ title, grantId }) => [title, grantId]);
  expect(ofGrants).toEqual([
    ['Grant given', renewed.id],
    ['Grant given', ended.id],
  ]);
});
