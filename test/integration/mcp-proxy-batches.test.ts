// What the MCP proxy makes of several calls at once, of sessions over several nodes, and of an upstream that it has no
// credential for.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beginSession, postMcp, toToolCall } from '../kit/mcp-post.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { createTokenProxy, type ProxyFields, toProxyEdit } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let upstream: McpUpstream;
let owner: Owner;

beforeAll(async () => {
  upstream = await startMcpUpstream();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});
beforeEach(async () => {
  owner = await server.createOwner();
});

async function createProxy(changes: Partial<ProxyFields> = {}) {
  const made = await createTokenProxy(owner, { upstreamUrl: upstream.url, ...changes });
  return { ...made, endpoint: `${server.url}/mcp/p/${made.proxy.name}` };
}

async function readUses() {
  const { events } = await owner.client.audit.list.query({ filter: { sources: ['mcp_proxy'] }, limit: 100 });
  return events;
}

describe('a batch', () => {
  test('with calls that the proxy does not offer: each is an event, each answer says what became of its own', async () => {
    const { endpoint, key } = await createProxy({ toolAccess: { mode: 'only', names: ['headers'] } });
    const calls = [toToolCall('wait', 1), toToolCall('headers', 2), toToolCall('headers ', 'three')];
    const answer = await postMcp(endpoint, key, calls);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject([
      { id: 1, error: { data: { code: 'access_denied', rule: 'tool' } } },
      { id: 2, error: { data: { code: 'conflict' } } },
      { id: 'three', error: { data: { code: 'access_denied', rule: 'tool' } } },
    ]);
    expect((await readUses()).map(({ type, tool }) => [type, tool])).toEqual([
      ['policy_denied', 'headers'],
      ['policy_denied', 'wait'],
    ]);
  });

  test('of which a limit refuses a part is not sent at all; what was recorded as used has a result that says so', async () => {
    const { endpoint, key, proxy } = await createProxy();
    const { id } = await owner.client.policies.create.mutate({
      name: 'One an hour',
      description: '',
      mode: 'enabled',
      rules: [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' }],
    });
    await owner.client.policies.attach.mutate({ id, targets: [{ kind: 'proxy', id: proxy.id }] });
    const sent = upstream.seen.length;
    const answer = await postMcp(endpoint, key, [toToolCall('headers', 1), toToolCall('headers', 2)]);
    expect(await answer.json()).toMatchObject([
      { id: 1, error: { data: { code: 'conflict' } } },
      { id: 2, error: { data: { rule: 'rate_limit', retryAt: expect.any(String) } } },
    ]);
    expect(upstream.seen.length).toBe(sent);
    await expect.poll(async () => (await readUses()).length).toBe(3);
    const results = (await readUses()).filter(({ action }) => action === 'result');
    expect(results).toMatchObject([{ outcome: 'failed', note: 'Not sent: another call beside it was refused' }]);
  });
});

test('a session goes on at another node, and begins anew where the proxy has moved to another upstream', async () => {
  const { endpoint, key, proxy } = await createProxy();
  const session = await beginSession(endpoint, key);
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const other = await server.startNode();
  expect((await postMcp(endpoint.replace(server.url, other.url), key, ping, session)).status).toBe(200);
  const { id, version, name, credentialId, headers } = proxy;
  const moved = toProxyEdit({ name, credentialId, headers: { ...headers }, upstreamUrl: `${upstream.url}?moved` });
  await owner.client.proxies.update.mutate({ id, version, proxy: moved });
  expect((await postMcp(endpoint, key, ping, session)).status).toBe(404);
});

test('a 401 of an upstream that nothing is injected for does not send the caller to sign in', async () => {
  const strict = await startMcpUpstream();
  strict.refuse();
  const { endpoint, key } = await createProxy({ upstreamUrl: strict.url, credentialId: null, headers: {} });
  const answer = await postMcp(endpoint, key, toToolCall('headers'));
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([502, null]);
  expect(await answer.json()).toMatchObject({ id: 1, error: { data: { code: 'upstream_unauthorized' } } });
  await strict.stop();
});
