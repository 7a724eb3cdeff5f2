// A call through a proxy up to where it would go out: what is judged, recorded and handed over, in this order.

import { connect } from '@keytrail/server/base/db';
import { connectForProxy } from '@keytrail/server/vault/access';
import { recordProxyResult } from '@keytrail/server/vault/proxy-result';
import type { DenialRule } from '@keytrail/shared/event';
import type { Rule } from '@keytrail/shared/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createPolicy } from '../kit/policies.ts';
import { callThrough, createTokenProxy, loadProxyOf, toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const nobodysId = '019aa000-0000-7000-8000-000000000001';
const token = `\${TOKEN}`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => server.stop());

const call = (key: string, changes: Parameters<typeof callThrough>[2] = {}) =>
  callThrough(server.app.ctx, key, changes);

async function getAccountId(owner: Owner): Promise<string> {
  return (await owner.client.account.me.query()).accountId;
}

async function newest(owner: Owner) {
  return (await owner.client.audit.list.query({ limit: 1 })).events[0];
}

async function readAll(owner: Owner) {
  await checkLog(server.databaseUrl, await getAccountId(owner));
  return (await owner.client.audit.list.query({ limit: 200 })).events;
}

/** The call is refused by the rule, nothing is handed over, and the newest event says so. */
async function expectRefused(owner: Owner, key: string, rule: DenialRule, said: Record<string, unknown> = {}) {
  const answer = await call(key);
  expect(answer).toMatchObject({ outcome: 'denied', rule });
  expect(answer).not.toHaveProperty('values');
  const event = await newest(owner);
  expect(event).toMatchObject({ type: 'policy_denied', source: 'mcp_proxy', outcome: 'denied', rule, ...said });
  expect(event).not.toHaveProperty('fields');
}

test('ok: the values that templates name, and an event that says which, of what, through what and to where', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner, { name: 'github' });
  const requester = { client: 'mcp_python', clientIp: '203.0.113.9', userAgent: 'test/1', clientName: 'Test' } as const;
  const answer = await callThrough(server.app.ctx, key, { correlationId: nobodysId }, requester);
  expect(answer).toMatchObject({ outcome: 'ok', values: { value: tokenValue }, tokenField: 'value' });
  const event = await newest(owner);
  expect(event).toMatchObject({
    type: 'agent_access',
    source: 'mcp_proxy',
    action: 'inject',
    outcome: 'ok',
    title: 'github',
    proxyId: proxy.id,
    proxyName: 'github',
    keyId: proxy.keys[0]?.id,
    service: 'github',
    credentialId: credential.id,
    credentialLabel: credential.label,
    fields: ['value'],
    tool: 'create_issue',
    upstreamHost: 'mcp.example.com',
    correlationId: nobodysId,
    ...requester,
  });
  expect(answer).toHaveProperty('event.id', event?.id);
  expect(event).not.toHaveProperty('agentId');
  for (const secret of [tokenValue, key]) {
    expect(JSON.stringify(await readAll(owner))).not.toContain(secret);
    expect(server.logged()).not.toContain(secret);
  }
});

test('ok: only the fields that are named leave, and none where nothing is injected', async () => {
  const owner = await server.createOwner();
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'me',
    public: { username: 'someone' },
    secret: { password: 'a-password-of-a-test' },
    notes: 'nothing to be seen',
  });
  const basicAuth = { username: `\${FIELD:username}`, password: token };
  const { key } = await owner.client.proxies.create.mutate(
    toProxyFields({ kind: 'http', credentialId: login.id, basicAuth }),
  );
  expect(await call(key, { tool: 'GET /orders' })).toMatchObject({ tokenField: 'password' });
  expect(await call(key)).toHaveProperty('values', { username: 'someone', password: 'a-password-of-a-test' });
  expect((await newest(owner))?.fields?.toSorted()).toEqual(['password', 'username']);
  const plain = await owner.client.proxies.create.mutate(toProxyFields());
  expect(await call(plain.key)).toMatchObject({ outcome: 'ok', values: {}, credential: null });
  const event = await newest(owner);
  expect(event).toMatchObject({ type: 'agent_access', action: 'inject', outcome: 'ok', proxyId: plain.proxy.id });
  expect(event).not.toHaveProperty('credentialId');
});

test('no event, no values: while the log takes nothing, nothing is handed over', async () => {
  const owner = await server.createOwner();
  const { key } = await createTokenProxy(owner);
  const before = await readAll(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  const append = `function append_batch(uuid[], text[], boolean),
    append_batch_counted(uuid[], text[], boolean, integer[], text[], bigint[], bigint[], bigint)`;
  try {
    await sql.unsafe(`revoke execute on ${append} from keytrail_app`);
    await expect(call(key)).rejects.toMatchObject({ code: 'event_not_recorded' });
  } finally {
    await sql.unsafe(`grant execute on ${append} to keytrail_app`);
    await sql.end();
  }
  expect(await readAll(owner)).toEqual(before);
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
});

test('key_revoked: the old key after its end is refused and recorded by its id, the new one works', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 60 });
  for (const each of [key, rotated.key]) expect(await call(each)).toMatchObject({ outcome: 'ok' });
  server.advance(61 * 60_000);
  await expectRefused(owner, key, 'key_revoked', { proxyId: proxy.id, keyId: proxy.keys[0]?.id });
  expect(await call(rotated.key)).toMatchObject({ outcome: 'ok' });
  expect(await newest(owner)).toMatchObject({ keyId: rotated.proxy.keys[0]?.id });
  const [listed] = await owner.client.proxies.list.query();
  expect(listed?.keys.map(({ hint }) => hint)).toEqual([rotated.key.slice(-4)]);
});

test('proxy_disabled: switched off, nothing leaves; switched on, it does again', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  await expectRefused(owner, key, 'proxy_disabled', { proxyId: proxy.id, proxyName: proxy.name });
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: true });
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
});

test('calls at once share what they are decided by, and none is decided by what was read before it came', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  try {
    const { first, later } = await sql.begin(async (tx) => {
      const waiting = async () => {
        const here = tx`select oid from pg_database where datname = current_database()`;
        return (await tx`select from pg_locks where not granted and database = (${here})`).length;
      };
      await tx`lock table vault_locks in access exclusive mode`;
      // It has its snapshot of the account already when it meets the lock.
      const first = call(key);
      await expect.poll(waiting).toBe(1);
      await tx`update proxies set enabled = false where id = ${proxy.id}`;
      const later = Array.from({ length: 20 }, () => call(key));
      await expect.poll(waiting).toBe(1);
      return { first, later };
    });
    expect(await first).toMatchObject({ outcome: 'ok' });
    for (const each of await Promise.all(later)) expect(each).toMatchObject({ rule: 'proxy_disabled' });
  } finally {
    await sql.end();
  }
});

test('vault_locked: a locked vault refuses the call; a revoked key and a proxy that is off outweigh it', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 });
  const off = await createTokenProxy(owner, { enabled: false });
  await owner.client.vault.lock.mutate();
  await expectRefused(owner, rotated.key, 'vault_locked');
  await expectRefused(owner, key, 'key_revoked');
  await expectRefused(owner, off.key, 'proxy_disabled');
});

test.each(['tool', 'route'] as const)(
  '%s: what the proxy’s own list refuses is recorded, and nothing is opened',
  async (rule) => {
    const owner = await server.createOwner();
    const { proxy, key } = await createTokenProxy(owner);
    const tool = rule === 'tool' ? 'delete_repository' : 'DELETE /repos/1';
    expect(await call(key, { tool, findRefusal: () => rule })).toMatchObject({ outcome: 'denied', rule });
    const event = await newest(owner);
    expect(event).toMatchObject({ type: 'policy_denied', rule, tool, proxyId: proxy.id });
    expect(event).not.toHaveProperty('decidingPolicyId');
  },
);

test('a credential that is gone or has run out: the call is refused, not let through without it', async () => {
  const owner = await server.createOwner();
  const { key, credential, proxy } = await createTokenProxy(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update credentials set expires_at = now() - interval '1 minute' where id = ${credential.id}`;
  await sql.end();
  await expectRefused(owner, key, 'credential_expired', { credentialId: credential.id });
  await owner.client.credentials.remove.mutate({ id: credential.id });
  await expectRefused(owner, key, 'credential_expired', { proxyId: proxy.id });
});

test('a secret that does not open: the failed call is recorded', async () => {
  const owner = await server.createOwner();
  const { key, credential } = await createTokenProxy(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update credentials set sealed = jsonb_set(sealed, '{value,version}', '7') where id = ${credential.id}`;
  await sql.end();
  await expect(call(key)).rejects.toMatchObject({ code: 'secret_unreadable' });
  expect(await newest(owner)).toMatchObject({ type: 'agent_access', action: 'inject', outcome: 'failed' });
});

test('a template of a field that the credential does not have: the failed call is recorded', async () => {
  const owner = await server.createOwner();
  const { key } = await createTokenProxy(owner, { headers: { 'x-key': `\${FIELD:password}` } });
  await expect(call(key)).rejects.toMatchObject({ code: 'field_unknown' });
  expect(await newest(owner)).toMatchObject({ type: 'agent_access', action: 'inject', outcome: 'failed' });
});

test('a place for the one secret of a credential that has two: the failed call is recorded, with the place by name', async () => {
  const owner = await server.createOwner();
  const pair = await owner.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'main',
    secret: { first: 'one-secret-of-a-test', second: 'other-secret-of-a-test' },
  });
  const { key } = await owner.client.proxies.create.mutate(
    toProxyFields({ credentialId: pair.id, headers: { 'x-key': token } }),
  );
  await expect(call(key)).rejects.toMatchObject({ code: 'field_unknown' });
  const event = await newest(owner);
  expect(event).toMatchObject({ action: 'inject', outcome: 'failed', fields: [token] });
  expect(JSON.stringify(event)).not.toContain('secret-of-a-test');
});

const stateless: Record<string, Rule> = {
  client: { type: 'client', kinds: ['browser'] },
  ip_allowlist: { type: 'ip_allowlist', ranges: ['192.0.2.0/24'] },
  fields: { type: 'fields', fields: ['other'] },
};

test.each(Object.entries(stateless))('%s: binds by the proxy and by its credential', async (_name, rule) => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner);
  for (const target of [
    { kind: 'proxy', id: proxy.id },
    { kind: 'credential', id: credential.id },
  ] as const) {
    const policy = await createPolicy(owner, [rule], [target]);
    await expectRefused(owner, key, rule.type, {
      policyIds: [policy.id],
      decidingPolicyId: policy.id,
      policyName: policy.name,
      proxyId: proxy.id,
    });
    await owner.client.policies.detach.mutate({ id: policy.id, targets: [target] });
    expect(await call(key)).toMatchObject({ outcome: 'ok' });
  }
});

test('reason, max_uses and site do not apply: a call can state no reason, has no grant and fills no page', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rules: Rule[] = [
    { type: 'reason', lengthMin: 8 },
    { type: 'max_uses', uses: 1 },
    { type: 'site', origins: ['https://shop.example.com'] },
  ];
  const policy = await createPolicy(owner, rules, [{ kind: 'proxy', id: proxy.id }]);
  for (let n = 0; n < 3; n++) expect(await call(key)).toMatchObject({ outcome: 'ok' });
  expect(await newest(owner)).toMatchObject({ policyIds: [policy.id] });
});

test('a policy of another proxy, or one that only observes, refuses nothing', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const other = await createTokenProxy(owner);
  const rule: Rule = { type: 'client', kinds: ['browser'] };
  await createPolicy(owner, [rule], [{ kind: 'proxy', id: other.proxy.id }]);
  const observing = await createPolicy(owner, [rule], [{ kind: 'proxy', id: proxy.id }], 'observe');
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
  expect(await newest(owner)).toMatchObject({ observedPolicyIds: [observing.id], observedRules: ['client'] });
  await expectRefused(owner, other.key, 'client');
});

test('rate_limit: counts each proxy by its id, exactly, whichever key and however many nodes at once', async () => {
  const owner = await server.createOwner();
  const node = (await server.startNode()).ctx;
  const made = [await createTokenProxy(owner), await createTokenProxy(owner)];
  const targets = made.map(({ proxy }) => ({ kind: 'proxy', id: proxy.id }) as const);
  const policy = await createPolicy(owner, [{ type: 'rate_limit', uses: 7, per: 'hour', counts: 'agent' }], targets);
  const keys = await Promise.all(
    made.map(async ({ proxy, key }) => {
      const rotated = await owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 60 });
      return [key, rotated.key];
    }),
  );
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const key = keys[n % 2]?.[(n >> 1) % 2] ?? '';
      const answer = await callThrough(n % 3 === 0 ? node : server.app.ctx, key);
      return { which: n % 2, answer };
    }),
  );
  const allowed = (which: number) =>
    answers.filter(({ answer, ...each }) => each.which === which && answer.outcome === 'ok').length;
  expect([allowed(0), allowed(1)]).toEqual([7, 7]);
  const events = (await readAll(owner)).filter(({ action }) => action === 'inject');
  for (const { proxy } of made) {
    const own = events.filter(({ proxyId }) => proxyId === proxy.id);
    expect(own.filter(({ outcome }) => outcome === 'ok')).toHaveLength(7);
    expect(own.filter(({ rule }) => rule === 'rate_limit')).toHaveLength(23);
  }
  expect(events.find(({ outcome }) => outcome === 'denied')).toMatchObject({ decidingPolicyId: policy.id });
  const refused = answers.find(({ answer }) => answer.outcome === 'denied')?.answer;
  expect(refused).toMatchObject({ rule: 'rate_limit', retryAt: expect.any(String) });
});

test('rate_limit per credential: counts proxy, agent and owner together', async () => {
  const owner = await server.createOwner();
  const { client, credential } = await createGrantedAgent(owner, server.url);
  const { key } = await owner.client.proxies.create.mutate(
    toProxyFields({ credentialId: credential.id, headers: { authorization: token } }),
  );
  await createPolicy(
    owner,
    [{ type: 'rate_limit', uses: 3, per: 'hour', counts: 'credential' }],
    [{ kind: 'credential', id: credential.id }],
  );
  await client.agent.credential.mutate({ service: 'github' });
  await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
  await expectRefused(owner, key, 'rate_limit');
});

test('beyond 60 refusals a minute of one proxy, those alike are counted aside; another proxy’s are events still', async () => {
  const owner = await server.createOwner();
  const loud = await createTokenProxy(owner, { enabled: false });
  const quiet = await createTokenProxy(owner, { enabled: false });
  for (let n = 0; n < 63; n++) await call(loud.key);
  await expectRefused(owner, quiet.key, 'proxy_disabled', { proxyId: quiet.proxy.id });
  const denied = (await readAll(owner)).filter(({ outcome }) => outcome === 'denied');
  expect(denied.filter(({ proxyId }) => proxyId === loud.proxy.id)).toHaveLength(60);
});

test('the result is a second event, tied to the use: status, time and bytes, of a failure the reason', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner);
  const { by } = await loadProxyOf(server.app.ctx, key);
  const said = { tool: 'create_issue', correlationId: nobodysId };
  await call(key, said);
  recordProxyResult(server.app.ctx, by, said, credential, { status: 200, ms: 12.6, bytes: 345, failure: null });
  await expect.poll(async () => (await newest(owner))?.action, { timeout: 15_000 }).toBe('result');
  const failed = { status: null, ms: 7, bytes: 0, failure: 'The upstream closed the connection' };
  recordProxyResult(server.app.ctx, by, said, credential, failed);
  await expect.poll(async () => (await newest(owner))?.outcome, { timeout: 15_000 }).toBe('failed');
  const [failure, result, use] = await readAll(owner);
  const of = { proxyId: proxy.id, credentialId: credential.id, upstreamHost: 'mcp.example.com' };
  const shared = { type: 'agent_access', source: 'mcp_proxy', ...of, ...said };
  expect(use).toMatchObject({ ...shared, action: 'inject', fields: ['value'] });
  expect(result).toMatchObject({ ...shared, action: 'result', upstreamStatus: 200, durationMs: 13, bytes: 345 });
  expect(failure).toMatchObject({ ...shared, action: 'result', durationMs: 7, bytes: 0, note: failed.failure });
  expect(failure).not.toHaveProperty('upstreamStatus');
  expect(result).not.toHaveProperty('fields');
});

test('a result counts as no use: not for a limit, not in a replay, and it makes no alert of its own', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner);
  const target = { kind: 'proxy', id: proxy.id } as const;
  const rules: Rule[] = [{ type: 'rate_limit', uses: 2, per: 'hour', counts: 'agent' }];
  await createPolicy(owner, rules, [target]);
  const { by } = await loadProxyOf(server.app.ctx, key);
  const said = { tool: 'create_issue', correlationId: nobodysId };
  await call(key);
  for (let n = 0; n < 5; n++) {
    recordProxyResult(server.app.ctx, by, said, credential, { status: 200, ms: 1, bytes: 2, failure: null });
  }
  const results = async () => (await readAll(owner)).filter(({ action }) => action === 'result').length;
  await expect.poll(results, { timeout: 15_000 }).toBe(5);
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
  await expectRefused(owner, key, 'rate_limit');
  const replay = { targets: [target], days: 7 };
  const limit = { rules: [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' } as const] };
  expect(await owner.client.policies.replay.query({ policy: limit, ...replay })).toMatchObject({
    judged: 2,
    blocked: 1,
  });
  await server.app.ctx.alertReads.settle();
  // The use before them was this proxy's first.
  expect((await owner.client.alerts.list.query()).alerts.map(({ kind }) => kind)).toEqual(['first_use']);
});

test('a replay judges a proxy’s uses as in earnest: by its id, and by no rule that does not apply to it', async () => {
  const owner = await server.createOwner();
  const made = [await createTokenProxy(owner), await createTokenProxy(owner)];
  for (const { key } of [...made, ...made]) expect(await call(key)).toMatchObject({ outcome: 'ok' });
  const targets = made.map(({ proxy }) => ({ kind: 'proxy', id: proxy.id }) as const);
  const replayed = async (rule: Rule) =>
    owner.client.policies.replay.query({ policy: { rules: JSON.parse(JSON.stringify([rule])) }, targets, days: 7 });
  const uses = { judged: 4, blocked: 0 };
  expect(await replayed({ type: 'rate_limit', uses: 2, per: 'hour', counts: 'agent' })).toMatchObject(uses);
  expect(await replayed({ type: 'reason', lengthMin: 8 })).toMatchObject(uses);
  expect(await replayed({ type: 'max_uses', uses: 1 })).toMatchObject(uses);
  expect(await replayed({ type: 'approval', withinSeconds: 60, rememberMinutes: 0 })).toMatchObject({
    ...uses,
    asked: 4,
  });
});

test('lists tell when proxy, key and credential were last used; a refused call is no use of the credential', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner);
  const target = { kind: 'proxy', id: proxy.id } as const;
  const policy = await createPolicy(owner, [{ type: 'rate_limit', uses: 1, per: 'day', counts: 'agent' }], [target]);
  await call(key);
  const usedAt = async () => {
    const [listed] = await owner.client.proxies.list.query();
    const used = (await owner.client.credentials.list.query()).find(({ id }) => id === credential.id);
    return { proxy: listed?.lastUsedAt, key: listed?.keys[0]?.lastUsedAt, credential: used?.lastUsedAt };
  };
  const told = { proxy: expect.any(String), key: expect.any(String), credential: expect.any(String) };
  await expect.poll(usedAt, { timeout: 15_000 }).toEqual(told);
  const first = await usedAt();
  server.advance(3_600_000);
  await expectRefused(owner, key, 'rate_limit');
  await owner.client.policies.detach.mutate({ id: policy.id, targets: [target] });
  // Whatever a refusal leaves behind, another proxy's call of later does so after it.
  const other = await createTokenProxy(owner);
  await call(other.key);
  const othersUse = async () =>
    (await owner.client.proxies.list.query()).find(({ id }) => id === other.proxy.id)?.lastUsedAt;
  await expect.poll(othersUse, { timeout: 15_000 }).toEqual(expect.any(String));
  expect((await usedAt()).credential).toBe(first.credential);
});

test('a handshake gets the values without an event and uses up no limit; where a call would be refused, it is, by an event', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const limit: Rule = { type: 'rate_limit', uses: 1, per: 'day', counts: 'agent' };
  await createPolicy(owner, [limit], [{ kind: 'proxy', id: proxy.id }]);
  const before = await readAll(owner);
  const shakeHands = async () => connectForProxy(server.app.ctx, await loadProxyOf(server.app.ctx, key));
  for (let n = 0; n < 3; n++)
    expect(await shakeHands()).toMatchObject({ outcome: 'ok', values: { value: tokenValue } });
  expect(await readAll(owner)).toEqual(before);
  expect(await call(key)).toMatchObject({ outcome: 'ok' });
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  const refused = await shakeHands();
  expect(refused).toMatchObject({ outcome: 'denied', rule: 'proxy_disabled' });
  expect(refused).not.toHaveProperty('values');
  expect(await newest(owner)).toMatchObject({ type: 'policy_denied', rule: 'proxy_disabled', proxyId: proxy.id });
});

test('what is said of a call is found by filters and exports: proxy, source, and the words of its event', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner, { name: 'github' });
  await call(key, { tool: 'search_code' });
  const count = async (filter: object) => (await owner.client.audit.list.query({ filter, limit: 50 })).events.length;
  expect(await count({ proxyIds: [proxy.id], types: ['agent_access'] })).toBe(1);
  expect(await count({ sources: ['mcp_proxy'] })).toBe(1);
  for (const format of ['csv', 'jsonl']) {
    const answer = await fetch(`${server.url}/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.session}`, 'content-type': 'application/json' },
      body: JSON.stringify({ format, filter: { proxyIds: [proxy.id] } }),
    });
    const text = await answer.text();
    for (const word of ['search_code', 'mcp.example.com']) expect(text).toContain(word);
    for (const secret of [tokenValue, key]) expect(text).not.toContain(secret);
  }
});
