// Proxies as their owner keeps them, by every outcome of each call; each change leaves the event that says so.

import type { ProxyPrincipal } from '@keytrail/server/auth/proxy-keys';
import { loadProxyByKey } from '@keytrail/server/vault/proxy-load';
import type { ProxySummary } from '@keytrail/shared/proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { createTokenProxy, type ProxyFields, toProxyEdit, toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createToken, tokenValue } from '../kit/vault.ts';

const nobodysId = '019aa000-0000-7000-8000-000000000001';

let server: TestServer;
/** One who gets nothing right. */
let erring: Owner;
beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
  erring = await server.createOwner();
});
afterAll(() => server.stop());

/** The newest events, oldest first, of a log that holds together. */
async function readTail(owner: Owner, count: number) {
  const { events } = await owner.client.audit.list.query({ limit: count });
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
  return events.toReversed();
}

async function find(key: string): Promise<ProxyPrincipal | null> {
  return (await loadProxyByKey(server.app.ctx, key, { client: 'other' }))?.by ?? null;
}

/** What the key opens at this moment: a proxy, nothing any more, or nothing ever. */
async function tryKey(key: string): Promise<string> {
  const found = await find(key);
  if (found === null) return 'unknown';
  return found.keyRevoked ? 'revoked' : found.proxy.id;
}

async function rotate(owner: Owner, { id }: { id: string }, overlapMinutes: number) {
  return owner.client.proxies.rotateKey.mutate({ id, overlapMinutes });
}

const hintsOf = ({ keys }: ProxySummary) => keys.map(({ hint }) => hint);

test('ok: a proxy is made, changed, switched and removed, and each is an event with its id and name', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner, { name: 'github', keyInUrl: true });
  expect(proxy).toMatchObject({
    name: 'github',
    kind: 'mcp',
    version: 1,
    enabled: true,
    keyInUrl: true,
    credentialId: credential.id,
    credential: { id: credential.id, service: 'github', label: credential.label },
    headers: { authorization: `Bearer \${TOKEN}` },
    query: {},
    basicAuth: null,
    toolAccess: { mode: 'all', names: [] },
    routes: [],
    lastUsedAt: null,
    keys: [{ hint: key.slice(-4), endsAt: null, lastUsedAt: null, clientName: null }],
  });
  const fields = toProxyEdit({
    name: 'code',
    credentialId: credential.id,
    toolAccess: { mode: 'only', names: ['a'] },
  });
  const changed = await owner.client.proxies.update.mutate({ id: proxy.id, version: 1, proxy: fields });
  expect(changed).toMatchObject({ name: 'code', version: 2, toolAccess: { mode: 'only', names: ['a'] } });
  expect(await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false })).toMatchObject({
    enabled: false,
    version: 3,
  });
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: true });
  expect(await owner.client.proxies.list.query()).toMatchObject([{ id: proxy.id, name: 'code', enabled: true }]);
  await owner.client.proxies.remove.mutate({ id: proxy.id });
  expect(await owner.client.proxies.list.query()).toEqual([]);
  const keyId = proxy.keys[0]?.id;
  const shared = { type: 'vault_change', source: 'direct', outcome: 'ok', proxyId: proxy.id, client: 'nodejs' };
  const events = await readTail(owner, 6);
  expect(events).toMatchObject([
    { ...shared, action: 'create', title: 'Proxy created', proxyName: 'github', keyId, credentialId: credential.id },
    { ...shared, action: 'update', title: 'Proxy changed', proxyName: 'code' },
    { ...shared, action: 'suspend', title: 'Proxy switched off', proxyName: 'code' },
    { ...shared, action: 'resume', title: 'Proxy switched on', proxyName: 'code' },
    { ...shared, action: 'revoke', title: 'Proxy key revoked', proxyName: 'code', keyId },
    { ...shared, action: 'delete', title: 'Proxy removed', proxyName: 'code' },
  ]);
  expect(events[4]?.correlationId).toBe(events[5]?.correlationId);
  expect(await tryKey(key)).toBe('unknown');
});

test('the key is in the answer that makes it and nowhere else: not in lists, events or what is logged', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await rotate(owner, proxy, 60);
  await tryKey(key);
  const { events } = await owner.client.audit.list.query({ limit: 50 });
  const seen = [await owner.client.proxies.list.query(), rotated.proxy, events].map((each) => JSON.stringify(each));
  for (const secret of [key, rotated.key, tokenValue]) {
    expect(secret.length).toBeGreaterThan(20);
    for (const text of [...seen, server.logged()]) expect(text).not.toContain(secret);
  }
});

test('ok: an HTTP proxy keeps its routes, query and basic auth; header names become lower case', async () => {
  const owner = await server.createOwner();
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'stripe',
    label: 'main',
    public: { username: 'someone' },
    secret: { password: 'a-password-of-a-test' },
  });
  const fields = toProxyFields({
    kind: 'http',
    upstreamUrl: 'https://api.example.com/v1',
    credentialId: login.id,
    headers: { 'X-Trace': 'on' },
    query: { account: `\${FIELD:username}` },
    basicAuth: { username: `\${FIELD:username}`, password: `\${TOKEN}` },
    routes: [
      { method: 'GET', path: '/v1/*' },
      { method: '*', path: '/v1/charges' },
    ],
  });
  await owner.client.proxies.create.mutate(fields);
  expect(await owner.client.proxies.list.query()).toMatchObject([{ ...fields, headers: { 'x-trace': 'on' } }]);
});

test('with an overlap both keys work until the old one’s end', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await rotate(owner, proxy, 60);
  expect(hintsOf(rotated.proxy)).toEqual([rotated.key.slice(-4), key.slice(-4)]);
  expect(rotated.proxy.keys[0]?.endsAt).toBeNull();
  const endsAtMs = Date.parse(rotated.proxy.keys[1]?.endsAt ?? '');
  server.advance(endsAtMs - server.app.ctx.nowMs() - 10_000);
  for (const each of [key, rotated.key]) expect(await tryKey(each)).toBe(proxy.id);
  server.advance(endsAtMs - server.app.ctx.nowMs());
  expect(await tryKey(key)).toBe('revoked');
  expect(await tryKey(rotated.key)).toBe(proxy.id);
  const [listed] = await owner.client.proxies.list.query();
  expect(listed && hintsOf(listed)).toEqual([rotated.key.slice(-4)]);
  expect(await readTail(owner, 1)).toMatchObject([
    { action: 'rotate', title: 'Proxy key rotated', proxyId: proxy.id, keyId: rotated.proxy.keys[0]?.id },
  ]);
});

test('without an overlap the old key stops with the answer, which the log says of it by its id', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await rotate(owner, proxy, 0);
  expect([await tryKey(key), await tryKey(rotated.key)]).toEqual(['revoked', proxy.id]);
  const events = await readTail(owner, 2);
  expect(events).toMatchObject([
    { action: 'revoke', title: 'Proxy key revoked', proxyId: proxy.id, keyId: proxy.keys[0]?.id },
    { action: 'rotate', proxyId: proxy.id, keyId: rotated.proxy.keys[0]?.id },
  ]);
  expect(events[0]?.correlationId).toBe(events[1]?.correlationId);
});

test('rotating again ends the key before the last one at once', async () => {
  const owner = await server.createOwner();
  const { proxy, key: first } = await createTokenProxy(owner);
  const { key: second } = await rotate(owner, proxy, 7 * 24 * 60);
  const { key: third } = await rotate(owner, proxy, 60);
  expect([await tryKey(first), await tryKey(second), await tryKey(third)]).toEqual(['revoked', proxy.id, proxy.id]);
  expect(await readTail(owner, 2)).toMatchObject([
    { action: 'revoke', keyId: proxy.keys[0]?.id },
    { action: 'rotate' },
  ]);
});

test('the old key can be ended before its time; ending it again changes and records nothing', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const rotated = await rotate(owner, proxy, 60);
  const ended = await owner.client.proxies.endOldKeys.mutate({ id: proxy.id });
  expect(hintsOf(ended)).toEqual([rotated.key.slice(-4)]);
  expect([await tryKey(key), await tryKey(rotated.key)]).toEqual(['revoked', proxy.id]);
  const [event] = await readTail(owner, 1);
  expect(event).toMatchObject({ action: 'revoke', title: 'Proxy key revoked', keyId: proxy.keys[0]?.id });
  await owner.client.proxies.endOldKeys.mutate({ id: proxy.id });
  expect((await readTail(owner, 1))[0]?.id).toBe(event?.id);
});

test('rotations and endings at once on two nodes: at most two keys work, and the log tells each end once', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner);
  const node = createClient((await server.startNode()).url, owner.session);
  const rotations = Array.from({ length: 12 }, (_, n) =>
    (n % 2 === 0 ? owner.client : node).proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: (n % 3) * 60 }),
  );
  const endings = Array.from({ length: 4 }, () => node.proxies.endOldKeys.mutate({ id: proxy.id }));
  const keys = [key, ...(await Promise.all(rotations)).map((rotated) => rotated.key)];
  await Promise.all(endings);
  const tried = await Promise.all(keys.map(tryKey));
  const working = keys.filter((_, n) => tried[n] === proxy.id).map((each) => each.slice(-4));
  const [listed] = await owner.client.proxies.list.query();
  expect(listed && hintsOf(listed).toSorted()).toEqual(working.toSorted());
  expect(listed?.keys.filter(({ endsAt }) => endsAt === null)).toHaveLength(1);
  expect(working.length).toBeLessThanOrEqual(2);
  const events = await readTail(owner, 100);
  const made = events.filter(({ action, keyId }) => keyId !== undefined && action !== 'revoke');
  const ended = events.filter(({ title }) => title === 'Proxy key revoked').map(({ keyId }) => keyId);
  expect(new Set(ended).size).toBe(ended.length);
  const standing = listed?.keys.map(({ id }) => id) ?? [];
  expect(new Set([...ended, ...standing])).toEqual(new Set(made.map(({ keyId }) => keyId)));
});

test('ok: a policy is attached to a proxy by name, and a proxy that is removed takes its attachments along', async () => {
  const owner = await server.createOwner();
  const { proxy } = await createTokenProxy(owner, { name: 'github' });
  const policy = await createPolicy(
    owner,
    [{ type: 'rate_limit', uses: 2, per: 'hour', counts: 'agent' }],
    [{ kind: 'proxy', id: proxy.id }],
  );
  expect(policy.usedBy).toEqual([{ kind: 'proxy', id: proxy.id, name: 'github' }]);
  const named = { policyIds: [policy.id], policyName: policy.name, proxyId: proxy.id, proxyName: 'github' };
  expect(await readTail(owner, 1)).toMatchObject([{ action: 'attach', title: 'Policy attached', ...named }]);
  await owner.client.proxies.remove.mutate({ id: proxy.id });
  const events = await readTail(owner, 3);
  expect(events).toMatchObject([
    { action: 'revoke', title: 'Proxy key revoked' },
    { action: 'detach', title: 'Policy detached', ...named },
    { action: 'delete', title: 'Proxy removed' },
  ]);
  expect(new Set(events.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(await owner.client.policies.list.query()).toMatchObject([{ id: policy.id, usedBy: [] }]);
});

test('ok: what is said of a proxy stays in the log after it, and can be filtered by its id', async () => {
  const owner = await server.createOwner();
  const { proxy } = await createTokenProxy(owner, { name: 'gone' });
  await createTokenProxy(owner, { name: 'stays' });
  await owner.client.proxies.remove.mutate({ id: proxy.id });
  const { events } = await owner.client.audit.list.query({ filter: { proxyIds: [proxy.id] }, limit: 50 });
  expect(events.map(({ title }) => title)).toEqual(['Proxy removed', 'Proxy key revoked', 'Proxy created']);
});

test('ok: a proxy whose credential is removed stays, without it', async () => {
  const owner = await server.createOwner();
  const { proxy, credential } = await createTokenProxy(owner);
  await owner.client.credentials.remove.mutate({ id: credential.id });
  expect(await owner.client.proxies.list.query()).toMatchObject([{ id: proxy.id, credential: null }]);
});

test('conflict: a name that is taken by its kind, and an edit of what was changed meanwhile', async () => {
  const owner = await server.createOwner();
  const { proxy } = await createTokenProxy(owner, { name: 'github' });
  await owner.client.proxies.create.mutate(toProxyFields({ name: 'github', kind: 'http' }));
  const other = await owner.client.proxies.create.mutate(toProxyFields({ name: 'linear' }));
  const taken = { status: 409, code: 'conflict', sentence: expect.stringContaining('name') };
  const before = await readTail(owner, 50);
  const create = owner.client.proxies.create.mutate(toProxyFields({ name: 'github' }));
  expect(await getRefusal(create)).toMatchObject(taken);
  const rename = { id: other.proxy.id, version: 1, proxy: toProxyEdit({ name: 'github' }) };
  expect(await getRefusal(owner.client.proxies.update.mutate(rename))).toMatchObject(taken);
  expect(await readTail(owner, 50)).toEqual(before);
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  const late = { id: proxy.id, version: 1, proxy: toProxyEdit({ name: 'late' }) };
  expect(await getRefusal(owner.client.proxies.update.mutate(late))).toMatchObject({ status: 409, code: 'conflict' });
  expect(await owner.client.proxies.list.query()).toContainEqual(
    expect.objectContaining({ id: proxy.id, name: 'github', version: 2 }),
  );
});

test('another account may use the same name', async () => {
  const [owner, stranger] = [await server.createOwner(), await server.createOwner()];
  await createTokenProxy(owner, { name: 'github' });
  expect(await createTokenProxy(stranger, { name: 'github' })).toMatchObject({ proxy: { name: 'github' } });
});

const template = `\${TOKEN}`;
const invalid: Record<string, Partial<ProxyFields>> = {
  'a name with capitals': { name: 'GitHub' },
  'a name that leaves its place in the address': { name: '../other' },
  'no name': { name: '' },
  'a name of 64 letters': { name: 'a'.repeat(64) },
  'no address': { upstreamUrl: 'nowhere' },
  'an address that is no web address': { upstreamUrl: 'ftp://files.example.com/' },
  'an address with a login': { upstreamUrl: 'https://someone:secret-of-a-test@mcp.example.com/' },
  'an address with a fragment': { upstreamUrl: 'https://mcp.example.com/#part' },
  'an address that is too long': { upstreamUrl: `https://mcp.example.com/${'a'.repeat(2000)}` },
  'the host header': { headers: { Host: 'other.example.com' } },
  'a header of the connection': { headers: { 'transfer-encoding': 'chunked' } },
  'a header of the protocol': { headers: { 'mcp-session-id': '1' } },
  'a header with a line break': { headers: { 'x-note': 'one\r\nx-other: two' } },
  'a header name with a blank': { headers: { 'x note': 'one' } },
  'more headers than 20': { headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, 'one'])) },
  'a place that nobody knows': { headers: { 'x-note': `\${PASSWORD}` } },
  'a place that is not closed': { headers: { 'x-note': `\${TOKEN` } },
  'a place without a credential': { credentialId: null, headers: { 'x-note': template } },
  'a query for MCP': { query: { page: '1' } },
  'routes for MCP': { routes: [{ method: 'GET', path: '/' }] },
  'basic auth for MCP': { basicAuth: { username: 'someone', password: 'else' } },
  'tools for HTTP': { kind: 'http', toolAccess: { mode: 'only', names: ['a'] } },
  'a route that climbs': { kind: 'http', routes: [{ method: 'GET', path: '/v1/../admin' }] },
  'a route with a star within': { kind: 'http', routes: [{ method: 'GET', path: '/v1/*/keys' }] },
  'a route without a slash': { kind: 'http', routes: [{ method: 'GET', path: 'v1' }] },
  'basic auth beside its header': {
    kind: 'http',
    headers: { Authorization: 'Bearer one' },
    basicAuth: { username: 'someone', password: 'else' },
  },
};

test.each(Object.entries(invalid))('invalid: %s', async (name, changes) => {
  const { id: credentialId } = await createToken(erring, 'github', name);
  const create = erring.client.proxies.create.mutate(toProxyFields({ credentialId, ...changes }));
  const refusal = await getRefusal(create);
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(JSON.stringify(refusal)).not.toContain('secret-of-a-test');
  expect(await erring.client.proxies.list.query()).toEqual([]);
});

test('invalid: an edit that makes another kind of it, and overlaps of less than nothing and of more than a week', async () => {
  const owner = await server.createOwner();
  const { proxy } = await createTokenProxy(owner);
  const edit = { id: proxy.id, version: 1, proxy: toProxyEdit({ kind: 'http' }) };
  expect(await getRefusal(owner.client.proxies.update.mutate(edit))).toMatchObject({ status: 400 });
  for (const overlapMinutes of [-1, 7 * 24 * 60 + 1, 0.5]) {
    expect(await getRefusal(rotate(owner, proxy, overlapMinutes))).toMatchObject({
      status: 400,
      code: 'invalid_input',
    });
  }
  expect(await owner.client.proxies.list.query()).toEqual([proxy]);
});

test('not found: what is not there, and what another account owns, whether proxy or credential', async () => {
  const [owner, stranger] = [await server.createOwner(), await server.createOwner()];
  const { proxy, key, credential } = await createTokenProxy(owner);
  const theirs = await createTokenProxy(stranger);
  const { proxies, policies } = stranger.client;
  const policy = await createPolicy(stranger, [{ type: 'client', kinds: ['cli'] }]);
  const taken = toProxyEdit({ name: 'taken' });
  const calls = [
    ...[proxy.id, nobodysId].flatMap((id) => [
      () => proxies.update.mutate({ id, version: 1, proxy: taken }),
      () => proxies.setEnabled.mutate({ id, enabled: false }),
      () => proxies.rotateKey.mutate({ id, overlapMinutes: 0 }),
      () => proxies.endOldKeys.mutate({ id }),
      () => proxies.remove.mutate({ id }),
      () => policies.attach.mutate({ id: policy.id, targets: [{ kind: 'proxy', id }] }),
    ]),
    () => proxies.create.mutate({ ...taken, credentialId: credential.id }),
    () => proxies.update.mutate({ id: theirs.proxy.id, version: 1, proxy: { ...taken, credentialId: credential.id } }),
  ];
  for (const call of calls) expect(await getRefusal(call())).toMatchObject({ status: 404, code: 'not_found' });
  expect(await owner.client.proxies.list.query()).toEqual([proxy]);
  expect(await proxies.list.query()).toEqual([theirs.proxy]);
  expect(await tryKey(key)).toBe(proxy.id);
});

test('unauthorized and forbidden: nobody, no agent and no holder of a proxy’s key sees or changes proxies', async () => {
  const owner = await server.createOwner();
  const { client } = await createAgent(owner, server.url);
  const { proxy, key } = await createTokenProxy(owner);
  for (const [caller, refusal] of [
    [createClient(server.url), { status: 401, code: 'unauthorized' }],
    [createClient(server.url, key), { status: 401, code: 'unauthorized' }],
    [client, { status: 403, code: 'owner_only' }],
  ] as const) {
    for (const call of [
      () => caller.proxies.list.query(),
      () => caller.proxies.create.mutate(toProxyFields()),
      () => caller.proxies.setEnabled.mutate({ id: proxy.id, enabled: false }),
      () => caller.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 }),
      () => caller.proxies.remove.mutate({ id: proxy.id }),
    ]) {
      expect(await getRefusal(call())).toMatchObject(refusal);
    }
  }
  expect(await owner.client.proxies.list.query()).toEqual([proxy]);
});

test('a key that names an account and is none of its keys opens nothing', async () => {
  const owner = await server.createOwner();
  const { key } = await createTokenProxy(owner);
  const agent = await createAgent(owner, server.url);
  const guess = `${key.slice(0, -8)}AAAAAAAA`;
  for (const each of [guess, key.slice(0, -1), `${key}A`, 'kt_proxy_', 'kt_proxy_!', agent.key]) {
    expect(await tryKey(each)).toBe('unknown');
  }
  expect(await tryKey(key.replace('kt_proxy_', 'kt_agent_'))).toBe('unknown');
});

test('a locked vault: no proxy is made, changed or removed', async () => {
  const owner = await server.createOwner();
  const { proxy } = await createTokenProxy(owner);
  await owner.client.vault.lock.mutate();
  for (const call of [
    () => owner.client.proxies.create.mutate(toProxyFields()),
    () => owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false }),
    () => rotate(owner, proxy, 0),
    () => owner.client.proxies.remove.mutate({ id: proxy.id }),
  ]) {
    expect(await getRefusal(call())).toMatchObject({ status: 423 });
  }
  expect(await owner.client.proxies.list.query()).toEqual([proxy]);
});
