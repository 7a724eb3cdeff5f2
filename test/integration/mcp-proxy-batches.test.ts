// What the MCP proxy makes of several calls at once, of sessions over several nodes, of what goes back and forth within a
// call, and of an upstream that it has no credential for.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
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

test('a batch of more than a hundred messages is refused as a whole, and nothing of it is an event', async () => {
  const { endpoint, key } = await createProxy();
  const calls = Array.from({ length: 101 }, (_, n) => toToolCall('headers', n + 1));
  const before = upstream.seen.length;
  const answer = await postMcp(endpoint, key, calls);
  expect(answer.status).toBe(400);
  const errors = await answer.json();
  expect(errors).toHaveLength(101);
  expect(errors[0]).toMatchObject({ id: 1, error: { data: { code: 'invalid_input' }, message: expect.any(String) } });
  expect(errors[0].error.message).toContain('at most 100 messages');
  expect([await readUses(), upstream.seen.length]).toEqual([[], before]);
});

test('a proxy whose upstream is itself is told so at the first turn, and calls itself no more', async () => {
  for (const kind of ['mcp', 'http'] as const) {
    const { proxy, key } = await createTokenProxy(owner, { kind, upstreamUrl: upstream.url });
    const secret = { value: key };
    const own = { kind: 'token', service: 'keytrail', label: kind, secret } as const;
    const credential = await owner.client.credentials.create.mutate(own);
    const endpoint = `${server.url}/${kind}/p/${proxy.name}`;
    const headers = { authorization: `Bearer \${TOKEN}` };
    const round = toProxyEdit({ name: proxy.name, kind, upstreamUrl: endpoint, credentialId: credential.id, headers });
    await owner.client.proxies.update.mutate({ id: proxy.id, version: proxy.version, proxy: round });
    const answer = await postMcp(endpoint, key, toToolCall('headers'));
    expect(answer.status).toBe(508);
    expect(await answer.text()).toContain('proxy_loop');
    const actions = async () => (await readUses()).filter(({ proxyId }) => proxyId === proxy.id).map((e) => e.action);
    await expect.poll(actions).toEqual(['result', 'inject']);
  }
});

describe('a client of the session era', () => {
  async function connect() {
    const { endpoint, key } = await createProxy();
    const client = new Client({ name: 'old-program', version: '1.0.0' }, { capabilities: { elicitation: {} } });
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(endpoint), { requestInit }));
    return client;
  }

  test('is asked for its user’s word by a tool, and what they say reaches the upstream', async () => {
    const client = await connect();
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      asked.push(params.message);
      return { action: 'accept' as const, content: { name: 'Sam' } };
    });
    const { content } = await client.callTool({ name: 'elicit', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'accept {"name":"Sam"}' }]);
    expect(asked).toEqual(['Who are you?']);
    await client.close();
  });

  test('gives up a call, and the upstream is told so', async () => {
    const client = await connect();
    const impatience = new AbortController();
    const { begun, cancelled } = upstream.waits;
    const calling = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: impatience.signal });
    await expect.poll(() => upstream.waits.begun).toBe(begun + 1);
    expect(upstream.waits.cancelled).toBe(cancelled);
    impatience.abort();
    await expect(calling).rejects.toThrow();
    await expect.poll(() => upstream.waits.cancelled).toBe(cancelled + 1);
    await client.close();
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
