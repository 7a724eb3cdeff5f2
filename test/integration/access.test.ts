// An agent's fetch, by every outcome it can have; each outcome leaves the event that says so.

import { forgetAgedRequestsAndAlerts } from '@keytrail/server/agents/alert-jobs';
import { connect } from '@keytrail/server/base/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function newest(owner: Owner) {
  return (await owner.client.audit.list.query({ limit: 1 })).events[0];
}

test('ok: a granted agent gets the secret, and the event says who, what and from where', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const answer = await client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  expect(answer).toMatchObject({ service: 'github', label: 'main', kind: 'token', values: { value: tokenValue } });
  expect(await newest(owner)).toMatchObject({
    id: answer.eventId,
    type: 'agent_access',
    source: 'agent',
    action: 'fetch',
    outcome: 'ok',
    title: 'deploy-bot',
    service: 'github',
    credentialId: credential.id,
    agentId: agent.id,
    agentName: 'deploy-bot',
    fields: ['value'],
    reason: 'nightly deploy',
    client: 'nodejs',
    clientIp: '127.0.0.1',
    userAgent: 'node',
  });
});

test('unauthorized: a key that was never issued gets 401 and leaves no event in any log', async () => {
  const owner = await server.createOwner();
  const { key } = await createGrantedAgent(owner, server.url);
  const before = (await newest(owner))?.seq;
  const forged = `${key.slice(0, -4)}${key.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  for (const wrong of [forged, 'kt_agent_', 'kt_agent_short', `${key}A`, 'nonsense']) {
    const refusal = await getRefusal(createClient(server.url, wrong).agent.credential.mutate({ service: 'github' }));
    expect(refusal).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  expect((await newest(owner))?.seq).toBe(before);
});

const denials = {
  grant_missing: async (owner: Owner) => {
    await createToken(owner);
    return (await createAgent(owner, server.url)).client;
  },
  grant_revoked: async (owner: Owner) => {
    const { client, grant } = await createGrantedAgent(owner, server.url);
    await owner.client.grants.revoke.mutate({ id: grant.id });
    return client;
  },
  agent_suspended: async (owner: Owner) => {
    const { client, agent } = await createGrantedAgent(owner, server.url);
    await owner.client.agents.suspend.mutate({ id: agent.id });
    return client;
  },
  key_revoked: async (owner: Owner) => {
    const { client, agent } = await createGrantedAgent(owner, server.url);
    await owner.client.agents.rotateKey.mutate({ id: agent.id });
    return client;
  },
};
for (const [rule, arrange] of Object.entries(denials)) {
  test(`forbidden: ${rule} is answered with 403 and its rule, and is a Policy Denied event`, async () => {
    const owner = await server.createOwner();
    const client = await arrange(owner);
    const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github', reason: 'please' }));
    expect(refusal).toMatchObject({ status: 403, code: 'access_denied', rule });
    expect(refusal.sentence).not.toContain(tokenValue);
    expect(await newest(owner)).toMatchObject({
      type: 'policy_denied',
      source: 'agent',
      outcome: 'denied',
      rule,
      title: 'deploy-bot',
      service: 'github',
      reason: 'please',
    });
  });
}

test('forbidden: a grant stops at its end', async () => {
  const owner = await server.createOwner();
  const credential = await createToken(owner);
  const { client, agent } = await createAgent(owner, server.url);
  const expiresAt = new Date(server.app.ctx.nowMs() + 60_000).toISOString();
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id, expiresAt });
  await client.agent.credential.mutate({ service: 'github' });
  server.advance(60_000);
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refusal).toMatchObject({ status: 403, rule: 'grant_expired' });
  expect(await newest(owner)).toMatchObject({
    type: 'policy_denied',
    rule: 'grant_expired',
    credentialId: credential.id,
  });
});

test('forbidden: a field outside the grant; the covered ones are what "everything" means', async () => {
  const owner = await server.createOwner();
  const credential = await owner.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'prod',
    secret: { ACCESS_KEY: 'id-1', SECRET_KEY: 'very-secret-2' },
  });
  const { client, agent } = await createAgent(owner, server.url);
  const fields = ['ACCESS_KEY'];
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id, fields });
  expect((await client.agent.credential.mutate({ service: 'aws' })).values).toEqual({ ACCESS_KEY: 'id-1' });
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'aws', field: 'SECRET_KEY' }));
  expect(refusal).toMatchObject({ status: 403, rule: 'field_not_granted' });
  expect(await client.agent.grants.query()).toMatchObject([{ service: 'aws', label: 'prod', fields }]);
});

test('conflict: several granted credentials of one service ask for a label', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const second = await createToken(owner, 'github', 'other');
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: second.id });
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refusal).toMatchObject({ status: 409, code: 'credential_ambiguous' });
  const failed = await newest(owner);
  expect(failed).toMatchObject({
    type: 'agent_access',
    action: 'fetch',
    outcome: 'failed',
    agentId: agent.id,
    service: 'github',
    note: 'Several credentials of this service are granted; say which by its label.',
  });
  expect(failed, 'none of them was meant').not.toHaveProperty('credentialId');
  expect((await client.agent.credential.mutate({ service: 'github', label: 'other' })).label).toBe('other');
});

test('a seed leaves as its six-digit code, and refresh material not at all', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createAgent(owner, server.url);
  const totp = await owner.client.credentials.create.mutate({
    kind: 'totp',
    service: 'mail',
    label: 'code',
    // RFC 6238's test secret in Base32.
    secret: { seed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  });
  const oauth = await owner.client.credentials.create.mutate({
    kind: 'oauth',
    service: 'calendar',
    label: 'work',
    public: {},
    secret: { accessToken: 'access-1', refreshToken: 'refresh-1', clientSecret: 'client-1' },
  });
  for (const { id } of [totp, oauth]) {
    await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: id });
  }
  const code = await client.agent.credential.mutate({ service: 'mail' });
  expect(Object.keys(code.values)).toEqual(['totp']);
  expect(code.values.totp).toMatch(/^\d{6}$/);
  expect((await client.agent.credential.mutate({ service: 'calendar' })).values).toEqual({ accessToken: 'access-1' });
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'calendar', field: 'refreshToken' }));
  expect(refusal).toMatchObject({ status: 400, code: 'field_unknown' });
  expect(await newest(owner)).toMatchObject({
    type: 'agent_access',
    action: 'fetch',
    outcome: 'failed',
    agentId: agent.id,
    credentialId: oauth.id,
    fields: ['refreshToken'],
    note: 'This credential has no such field.',
  });
});

test('a rotated key works where the old one stops, and an agent reads only its own events', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const other = await createAgent(owner, server.url, 'other-bot');
  const { key } = await owner.client.agents.rotateKey.mutate({ id: agent.id });
  const renewed = createClient(server.url, key);
  await renewed.agent.credential.mutate({ service: 'github' });
  await getRefusal(other.client.agent.credential.mutate({ service: 'github' }));
  expect(await getRefusal(client.agent.grants.query())).toMatchObject({ status: 401 });
  const { events } = await renewed.agent.events.query({});
  expect(new Set(events.map((event) => event.agentId))).toEqual(new Set([agent.id]));
  expect(await renewed.agent.whoami.query()).toMatchObject({ name: 'deploy-bot', status: 'active' });
});

test('direct: reveal, copy and autofill are Secret Access events; a fill on another origin is refused and recorded', async () => {
  const owner = await server.createOwner();
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'me',
    public: { username: 'me@example.com', sites: ['shop.example.com'] },
    secret: { password: 'hunter2-but-longer' },
  });
  const filled = await owner.client.credentials.use.mutate({
    id: login.id,
    action: 'autofill',
    siteOrigin: 'https://shop.example.com',
  });
  expect(filled.values).toEqual({ username: 'me@example.com', password: 'hunter2-but-longer' });
  expect(filled.event).toMatchObject({
    type: 'secret_access',
    source: 'direct',
    action: 'autofill',
    title: 'Direct Access',
    siteOrigin: 'https://shop.example.com',
  });
  for (const siteOrigin of [
    'http://shop.example.com',
    'https://shop.example.com:8443',
    'https://shop.example.com.evil.test',
  ]) {
    const refusal = await getRefusal(
      owner.client.credentials.use.mutate({ id: login.id, action: 'autofill', siteOrigin }),
    );
    expect(refusal).toMatchObject({ status: 403, rule: 'origin_mismatch' });
    expect(await newest(owner)).toMatchObject({ type: 'policy_denied', source: 'direct', siteOrigin });
  }
  // What the form sends to receives it, too.
  const fillFor = (...sendsTo: string[]) =>
    owner.client.credentials.use.mutate({
      id: login.id,
      action: 'autofill',
      siteOrigin: 'https://shop.example.com',
      sendsTo,
    });
  for (const [target, words] of [
    ['https://evil.test', 'https://evil.test'],
    ['null', 'another site'],
  ] as const) {
    const because = `The form sends what is typed into it to ${words}`;
    const refusal = await getRefusal(fillFor('https://shop.example.com', target));
    expect(refusal).toMatchObject({ status: 403, rule: 'origin_mismatch' });
    expect(refusal.sentence).toContain(`${because}.`);
    expect(await newest(owner)).toMatchObject({
      type: 'policy_denied',
      source: 'direct',
      rule: 'origin_mismatch',
      credentialId: login.id,
      siteOrigin: 'https://shop.example.com',
      note: because,
    });
  }
  expect(await getRefusal(fillFor('https://evil.test/path'))).toMatchObject({ status: 400 });
  expect((await fillFor('https://shop.example.com')).event).toMatchObject({ outcome: 'ok' });
  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
});

test('no secret reaches the server’s log', async () => {
  const owner = await server.createOwner();
  const { client, key } = await createGrantedAgent(owner, server.url);
  await client.agent.credential.mutate({ service: 'github' });
  for (const secret of [tokenValue, key, owner.session, 'hunter2-but-longer', 'correct horse battery']) {
    expect(server.logged()).not.toContain(secret);
  }
});

test('who may not use a service learns nothing of it: no label, no field name, and each try is recorded', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const second = await createToken(owner, 'github', 'secret-label');
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: second.id });
  await owner.client.agents.suspend.mutate({ id: agent.id });
  const suspended = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(suspended).toMatchObject({ status: 403, rule: 'agent_suspended' });
  expect(suspended.sentence).not.toContain('secret-label');
  expect(await newest(owner)).toMatchObject({ rule: 'agent_suspended', service: 'github' });

  const limited = await createAgent(owner, server.url, 'limited-bot');
  const fields = await owner.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'prod',
    secret: { SHOWN: '1', HIDDEN_NAME: '2' },
  });
  await owner.client.grants.create.mutate({ agentId: limited.agent.id, credentialId: fields.id, fields: ['SHOWN'] });
  for (const field of ['HIDDEN_NAME', 'no_such_field']) {
    const refusal = await getRefusal(limited.client.agent.credential.mutate({ service: 'aws', field }));
    expect(refusal).toMatchObject({ status: 403, rule: 'field_not_granted' });
    expect(refusal.sentence).not.toContain('HIDDEN_NAME');
    const event = await newest(owner);
    expect(event).toMatchObject({ rule: 'field_not_granted', fields: [field] });
  }
});

test('the key of a removed agent is refused, and its use is in the log under the name it had, for as long as events are kept', async () => {
  const owner = await server.createOwner();
  const { agent, client } = await createGrantedAgent(owner, server.url);
  await owner.client.agents.remove.mutate({ id: agent.id });
  const fetch = () => client.agent.credential.mutate({ service: 'github', reason: 'still here' });
  expect(await getRefusal(fetch())).toMatchObject({ status: 403, rule: 'key_revoked' });
  const facts = { type: 'policy_denied', rule: 'key_revoked', agentId: agent.id, agentName: agent.name };
  expect(await newest(owner)).toMatchObject({ ...facts, action: 'fetch', reason: 'still here' });
  expect(await getRefusal(client.agent.grants.query())).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await newest(owner)).toMatchObject({ ...facts, action: 'read' });

  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update ended_keys set ended_at = now() - interval '91 days' where agent_id = ${agent.id}`;
  await sql.end();
  await forgetAgedRequestsAndAlerts(server.app.ctx);
  expect(await getRefusal(fetch())).toMatchObject({ status: 401, code: 'unauthorized' });
});

test('what it reads of its own events says no more than it was told: no label without a grant, no policy, nothing of its owner’s', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  await createToken(owner, 'stripe', 'secret-label');
  const limit = { type: 'rate_limit', uses: 1, per: 'day', counts: 'agent' } as const;
  await createPolicy(owner, [limit], [{ kind: 'agent', id: agent.id }]);
  await client.agent.credential.mutate({ service: 'github' });
  await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await getRefusal(client.agent.credential.mutate({ service: 'stripe' }));
  const { events } = await client.agent.events.query({});
  expect(events.map(({ action, outcome, service }) => [action, outcome, service])).toEqual([
    ['fetch', 'denied', 'stripe'],
    ['fetch', 'denied', 'github'],
    ['fetch', 'ok', 'github'],
  ]);
  expect(events.map(({ credentialLabel }) => credentialLabel)).toEqual([undefined, 'main', 'main']);
  expect(JSON.stringify(events)).not.toMatch(/secret-label|policy \d|polic(y|ies)Id/i);
  const kept = (await owner.client.audit.list.query({ filter: { agentIds: [agent.id] } })).events;
  expect(JSON.stringify(kept)).toMatch(/secret-label/);
});

test('an agent without standing that only looks around is refused and recorded, too', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  await owner.client.agents.suspend.mutate({ id: agent.id });
  expect(await getRefusal(client.agent.grants.query())).toMatchObject({ status: 403, code: 'agent_suspended' });
  expect(await newest(owner)).toMatchObject({
    type: 'policy_denied',
    action: 'read',
    rule: 'agent_suspended',
    agentId: agent.id,
  });
  await owner.client.agents.rotateKey.mutate({ id: agent.id });
  expect(await getRefusal(client.agent.events.query())).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await newest(owner)).toMatchObject({ type: 'policy_denied', action: 'read', rule: 'key_revoked' });
});

test('a grant that replaces another says so in the log', async () => {
  const owner = await server.createOwner();
  const { agent, credential, grant } = await createGrantedAgent(owner, server.url);
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const { events } = await owner.client.audit.list.query({ limit: 2 });
  expect(events.map(({ title }) => title)).toEqual(['Grant given', 'Grant replaced']);
  expect(events[1]?.grantId).toBe(grant.id);
});

test('many changes of one agent at once leave one standing key, one standing grant and no 500', async () => {
  const owner = await server.createOwner();
  const { agent, credential } = await createGrantedAgent(owner, server.url);
  const pair = { agentId: agent.id, credentialId: credential.id };
  const rotations = Array.from({ length: 6 }, () => owner.client.agents.rotateKey.mutate({ id: agent.id }));
  const given = Array.from({ length: 6 }, () => owner.client.grants.create.mutate(pair));
  const settled = await Promise.allSettled([...rotations, ...given]);
  for (const result of settled) {
    if (result.status === 'rejected') expect(result.reason.data.keytrail.code).toBe('conflict');
  }
  const keys = (await Promise.allSettled(rotations)).flatMap((result) =>
    result.status === 'fulfilled' ? [result.value.key] : [],
  );
  const works = await Promise.allSettled(
    keys.map((key) => createClient(server.url, key).agent.credential.mutate({ service: 'github' })),
  );
  expect(works.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const standing = (await owner.client.grants.list.query(pair)).filter(({ revokedAt }) => revokedAt === null);
  expect(standing).toHaveLength(1);
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
});
