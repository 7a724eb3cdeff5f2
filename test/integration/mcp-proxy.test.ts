// The MCP proxy between real clients of both generations and real servers.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttpUpstream } from '../kit/http-upstream.ts';
import { connectMcp, eras } from '../kit/mcp-client.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

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

type Input = Parameters<Owner['client']['proxies']['create']['mutate']>[0];

async function createProxy(input: Partial<Input> = {}) {
  owner = await server.createOwner();
  const credential = await createToken(owner);
  const made = await owner.client.proxies.create.mutate({
    name: 'notes',
    kind: 'mcp',
    upstreamUrl: upstream.url,
    credentialId: credential.id,
    headers: { authorization: 'Bearer ${TOKEN}' },
    ...input,
  });
  return { ...made, credential, endpoint: `${server.url}/mcp/p/${made.proxy.name}` };
}

async function connect(endpoint: string, key: string, headers: Record<string, string> = {}) {
  const client = new Client({ name: 'old-program', version: '1.0.0' }, { capabilities: { sampling: {} } });
  const requestInit = { headers: { authorization: `Bearer ${key}`, ...headers } };
  const transport = new StreamableHTTPClientTransport(new URL(endpoint), { requestInit });
  await client.connect(transport);
  return { client, transport };
}

async function readUses() {
  const { events } = await owner.client.audit.list.query({ filter: { sources: ['mcp_proxy'] }, limit: 100 });
  return events;
}

const call = (name: string, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
});

const post = (endpoint: string, key: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
  });

describe('a client of the session era', () => {
  test('calls a tool: the upstream gets the credential and none of the caller’s own, and what it repeats comes back without', async () => {
    const { endpoint, key, proxy, credential } = await createProxy();
    const { client } = await connect(endpoint, key, {
      cookie: 'a=b',
      'x-forwarded-for': '10.1.1.1',
      'x-api-key': 'mine',
    });
    const { content } = (await client.callTool({ name: 'headers', arguments: {} })) as { content: { text: string }[] };
    const got = upstream.seen.at(-1) ?? {};
    expect(got.authorization).toBe(`Bearer ${tokenValue}`);
    expect(got.cookie ?? got['x-forwarded-for'] ?? got['x-api-key']).toBeUndefined();
    expect(content[0]?.text).toContain(`Bearer ${'*'.repeat(tokenValue.length)}`);
    expect(content[0]?.text).not.toContain(tokenValue);
    await expect.poll(async () => (await readUses()).length).toBe(2);
    const [result, use] = await readUses();
    expect(use).toMatchObject({
      type: 'agent_access',
      source: 'mcp_proxy',
      action: 'inject',
      outcome: 'ok',
      title: 'notes',
      tool: 'headers',
      upstreamHost: `127.0.0.1:${upstream.port}`,
      proxyId: proxy.id,
      credentialId: credential.id,
      fields: ['value'],
      clientName: 'old-program',
    });
    expect(result).toMatchObject({ action: 'result', outcome: 'ok', upstreamStatus: 200, tool: 'headers' });
    expect(result?.bytes).toBeGreaterThan(0);
    expect(result?.correlationId).toBe(use?.correlationId);
    expect(JSON.stringify(await readUses())).not.toContain(tokenValue);
    await client.close();
  });

  test('hears progress, answers what it is asked, reads resources and prompts; the handshake and lists are no events', async () => {
    const { endpoint, key } = await createProxy();
    const before = upstream.seen.length;
    const { client } = await connect(endpoint, key);
    client.setRequestHandler(CreateMessageRequestSchema, async () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'quite' },
    }));
    const heard: number[] = [];
    await client.listTools();
    await client.callTool({ name: 'progress', arguments: { steps: 3 } }, undefined, {
      onprogress: ({ progress }) => heard.push(progress),
    });
    expect(heard).toEqual([1, 2, 3]);
    // The client opens the stream for what belongs to no request by itself, some time after the handshake.
    const streams = () => upstream.seen.slice(before).filter(({ accept }) => accept === 'text/event-stream');
    await expect.poll(streams).toHaveLength(1);
    expect(JSON.stringify(await client.callTool({ name: 'ask', arguments: {} }))).toContain('quite');
    expect(JSON.stringify(await client.readResource({ uri: 'note://one' }))).toContain('a note');
    expect(JSON.stringify(await client.getPrompt({ name: 'greet' }))).toContain('hello');
    await expect.poll(async () => (await readUses()).filter(({ action }) => action === 'result').length).toBe(4);
    const uses = (await readUses()).filter(({ action }) => action === 'inject').map(({ tool }) => tool);
    expect(uses.reverse()).toEqual(['progress', 'ask', 'resources/read note://one', 'prompts/get greet']);
    await client.close();
  });

  test('cannot use the session of another key', async () => {
    const { endpoint, key } = await createProxy();
    const { client, transport } = await connect(endpoint, key);
    const session = transport.sessionId ?? '';
    const other = await createProxy();
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const refused = await post(other.endpoint, other.key, ping, { 'mcp-session-id': session });
    expect(refused.status).toBe(404);
    expect((await post(endpoint, key, ping, { 'mcp-session-id': session })).status).toBe(200);
    await client.close();
  });

  test('is told at once that its upstream died in the middle of an answer; the result says so', async () => {
    const { endpoint, key } = await createProxy();
    const { client, transport } = await connect(endpoint, key);
    const session = { 'mcp-session-id': transport.sessionId ?? '' };
    const waiting = await post(endpoint, key, call('wait'), session);
    expect(waiting.status).toBe(200);
    const cut = expect(waiting.text()).rejects.toThrow();
    upstream.cut();
    await cut;
    await expect
      .poll(async () => (await readUses())[0])
      .toMatchObject({
        action: 'result',
        outcome: 'failed',
        note: 'The upstream broke off',
      });
    await client.close();
  });

  test('resumes a stream that broke where it was', async () => {
    const { endpoint, key } = await createProxy();
    const { client, transport } = await connect(endpoint, key);
    const session = { 'mcp-session-id': transport.sessionId ?? '' };
    const progress = call('progress');
    const body = { ...progress, params: { ...progress.params, arguments: { steps: 2 } } };
    const whole = await (await post(endpoint, key, body, session)).text();
    const ids = [...whole.matchAll(/^id: (.+)$/gm)].map(([, id]) => id ?? '');
    const again = await fetch(endpoint, {
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'text/event-stream',
        'last-event-id': ids[0] ?? '',
        ...session,
      },
    });
    const reader = again.body?.pipeThrough(new TextDecoderStream()).getReader();
    let replayed = '';
    while (!replayed.includes(ids.at(-1) ?? 'nothing')) replayed += (await reader?.read())?.value ?? '';
    expect(replayed).not.toContain(`id: ${ids[0]}\n`);
    await reader?.cancel();
    await client.close();
  });
});

test('a client that leaves is told to the upstream at once', async () => {
  let isLeft = false;
  const patient = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': waiting\n\n');
    response.on('close', () => {
      isLeft = true;
    });
  });
  await new Promise<void>((resolve) => patient.listen(0, '127.0.0.1', resolve));
  const address = patient.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { endpoint, key } = await createProxy({ upstreamUrl: `http://127.0.0.1:${port}/` });
  const leaving = new AbortController();
  const waiting = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(call('wait')),
    signal: leaving.signal,
  });
  expect(waiting.status).toBe(200);
  leaving.abort();
  await expect.poll(() => isLeft).toBe(true);
  await expect.poll(async () => (await readUses())[0]).toMatchObject({ action: 'result', note: 'The caller left' });
  patient.closeAllConnections();
  patient.close();
});

describe.each(eras)('in the era of %s', (era) => {
  test('a client of that time calls a tool of an upstream of that time through the proxy', async () => {
    // The upstream is another Keytrail, which speaks both.
    const other = await server.createOwner();
    const bot = await createGrantedAgent(other, server.url);
    owner = await server.createOwner();
    const credential = await owner.client.credentials.create.mutate({
      kind: 'token',
      service: 'keytrail',
      label: 'agent key',
      secret: { value: bot.key },
    });
    const { key } = await owner.client.proxies.create.mutate({
      name: 'keytrail',
      kind: 'mcp',
      upstreamUrl: `${server.url}/mcp`,
      credentialId: credential.id,
      headers: { authorization: 'Bearer ${TOKEN}' },
    });
    const mcp = await connectMcp(`${server.url}/mcp/p/keytrail`, key, era, 'new-program');
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toContain('get_credential');
    const { values } = await mcp.callTool('get_credential', { service: 'github' });
    expect(values).toMatchObject({ values: { value: tokenValue } });
    await expect.poll(async () => (await readUses()).length).toBe(2);
    expect((await readUses())[1]).toMatchObject({ tool: 'get_credential', clientName: 'new-program' });
    await mcp.close();
  });
});

describe('refused', () => {
  test('a tool that the proxy does not offer: an error that says so, and an event', async () => {
    const { endpoint, key } = await createProxy({ toolAccess: { mode: 'except', names: ['wait'] } });
    const answer = await post(endpoint, key, call('wait', 'seven'));
    expect(await answer.json()).toMatchObject({
      id: 'seven',
      error: { data: { code: 'access_denied', rule: 'tool' } },
    });
    expect((await readUses())[0]).toMatchObject({ type: 'policy_denied', rule: 'tool', tool: 'wait', title: 'notes' });
    const batch = await post(endpoint, key, [call('headers', 1), call('wait', 2)]);
    expect(await batch.json()).toMatchObject([
      { id: 1, error: { data: { code: 'conflict' } } },
      { id: 2, error: { data: { rule: 'tool' } } },
    ]);
    expect((await readUses()).filter(({ type }) => type === 'agent_access')).toEqual([]);
  });

  test('by a policy of the proxy, with the time from which it may be tried again', async () => {
    const { endpoint, key, proxy } = await createProxy();
    const { id } = await owner.client.policies.create.mutate({
      name: 'One an hour',
      description: '',
      mode: 'enabled',
      rules: [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' }],
    });
    await owner.client.policies.attach.mutate({ id, targets: [{ kind: 'proxy', id: proxy.id }] });
    const { client } = await connect(endpoint, key);
    await client.callTool({ name: 'headers', arguments: {} });
    const refused = await client.callTool({ name: 'headers', arguments: {} }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ data: { rule: 'rate_limit', retryAt: expect.any(String) } });
    expect((await readUses())[0]).toMatchObject({ type: 'policy_denied', rule: 'rate_limit', decidingPolicyId: id });
    await client.close();
  });

  test('a proxy that is switched off, a key that was replaced, a locked vault: each is recorded', async () => {
    const { endpoint, key, proxy } = await createProxy();
    const rule = async (bearer: string) => {
      const { error } = await (await post(endpoint, bearer, call('headers'))).json();
      expect((await readUses())[0]).toMatchObject({ type: 'policy_denied', rule: error.data.rule });
      return error.data.rule;
    };
    await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
    expect(await rule(key)).toBe('proxy_disabled');
    await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: true });
    const rotated = await owner.client.proxies.rotateKey.mutate({ id: proxy.id });
    expect(await rule(key)).toBe('key_revoked');
    await owner.client.vault.lock.mutate();
    expect(await rule(rotated.key)).toBe('vault_locked');
  });

  test('strangers, other proxies’ keys, keys in the address, headers that lie, and bodies that are too large', async () => {
    const { endpoint, key } = await createProxy();
    expect((await post(endpoint, 'kt_proxy_nonsense', call('headers'))).status).toBe(401);
    expect((await post(`${server.url}/mcp/p/other`, key, call('headers'))).status).toBe(401);
    expect((await fetch(`${endpoint}?key=${key}`, { method: 'POST', body: '{}' })).status).toBe(401);
    const lie = await post(endpoint, key, call('headers'), { 'mcp-method': 'tools/list' });
    expect([lie.status, (await lie.json()).error.code]).toEqual([400, -32020]);
    expect((await post(endpoint, key, call('x'.repeat(5 * 1024 * 1024)))).status).toBe(413);
    expect((await post(endpoint, key, { ...call('headers'), id: undefined })).status).toBe(400);
    expect((await post(endpoint, key, call('headers'), { origin: 'https://evil.test' })).status).toBe(403);
    expect((await readUses()).length).toBe(0);
  });

  test('by the upstream: its 401 becomes an error of ours, without its way to sign in', async () => {
    const strict = await startMcpUpstream();
    strict.refuse();
    const { endpoint, key } = await createProxy({ upstreamUrl: strict.url });
    const answer = await post(endpoint, key, call('headers'));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([502, null]);
    expect(await answer.json()).toMatchObject({ id: 1, error: { data: { code: 'upstream_unauthorized' } } });
    await strict.stop();
    expect((await (await post(endpoint, key, call('headers'))).json()).error.data.code).toBe('upstream_unreachable');
  });
});

test('no page comes from here, and what is sent compressed goes out as it was read', async () => {
  const received: IncomingHttpHeaders[] = [];
  const site = createServer((request, response) => {
    received.push(request.headers);
    response.writeHead(200, { 'content-type': 'text/html' });
    request.resume().on('end', () => response.end('<script>alert(1)</script>'));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  const upstreamUrl = `http://127.0.0.1:${port}/`;
  const { proxy, key } = await owner.client.proxies.create.mutate(toProxyFields({ upstreamUrl }));
  const answer = await fetch(`${server.url}/mcp/p/${proxy.name}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      mcp_session_id: 'of another',
      last_event_id: '7',
    },
    body: gzipSync(JSON.stringify(call('look'))),
  });
  expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const [sent] = received;
  expect(Object.keys(sent ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(content-encoding|mcp_session_id|last_event_id)$/)]),
  );
  site.close();
});

test('what an upstream gets is what was judged: read as UTF-8, with one name for each member, and numbers as they came', async () => {
  const received: { type: string | undefined; body: string }[] = [];
  const site = createServer(async (request, response) => {
    received.push({ type: request.headers['content-type'], body: await text(request) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  const upstreamUrl = `http://127.0.0.1:${port}/`;
  const toolAccess = { mode: 'only' as const, names: ['safe'] };
  const { proxy, key } = await owner.client.proxies.create.mutate(toProxyFields({ upstreamUrl, toolAccess }));
  const send = (body: string, type = 'application/json') =>
    fetch(`${server.url}/mcp/p/${proxy.name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body,
    });
  const hidden =
    '+ACI,+ACI-method+ACI:+ACI-tools/call+ACI,+ACI-params+ACI:{+ACI-name+ACI:+ACI-drop+ACI},+ACI-x+ACI:+ACI';
  const refused = [
    [JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', x: hidden }), 'application/json; charset=utf-7'],
    [JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }), 'application/json; charset=utf-8; charset=utf-16'],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call","params":{"name":"drop"}}'],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","Name":"drop"}}'],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","paramſ":{"name":"drop"}}'],
  ] as const;
  for (const [body, type] of refused) expect((await send(body, type)).status, body).toBe(400);
  expect(received).toEqual([]);

  const precise =
    '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/call","params":{"name":"safe","arguments":{"n":1.0}}}';
  expect((await send(precise, 'application/json; charset=UTF-8')).status).toBe(200);
  expect((await send(precise)).status).toBe(200);
  // Read in one piece or as it comes, with the mark that some put before UTF-8.
  expect((await send(`\ufeff${precise}`, 'application/json; charset=UTF-8')).status).toBe(200);
  const asItCame = { type: 'application/json', body: precise };
  expect(received).toEqual([asItCame, asItCame, asItCame]);
  site.close();
});

test('a key in the address works where the proxy says so, and is in no log', async () => {
  const { endpoint, key } = await createProxy({ keyInUrl: true });
  const answer = await fetch(`${endpoint}?key=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  // The upstream wants a session first; it was asked.
  expect(answer.status).toBe(400);
  expect(upstream.seen.at(-1)?.authorization).toBe(`Bearer ${tokenValue}`);
  expect(server.logged()).not.toContain(key);
});

test('its owner tries it: the upstream’s answer, or why there was none, and events as of any call', async () => {
  const { proxy } = await createProxy();
  const openSessions = upstream.openSessions();
  const trial = await owner.client.proxies.test.mutate({ id: proxy.id });
  expect(trial).toMatchObject({ outcome: 'answered', status: 200, tools: expect.any(Number) });
  // It ended the session that it began.
  expect(upstream.openSessions()).toBe(openSessions);
  await expect.poll(async () => (await readUses()).length).toBe(2);
  expect((await readUses())[1]).toMatchObject({ action: 'inject', tool: 'initialize', client: 'nodejs' });
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  expect(await owner.client.proxies.test.mutate({ id: proxy.id })).toMatchObject({ outcome: 'refused' });
  const page = await startHttpUpstream();
  page.answer = (_request, response) => void response.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>');
  const astray = await createProxy({ upstreamUrl: page.url });
  const sentence = 'There is no MCP server at this address: a web page answers there. Check the address.';
  expect(await owner.client.proxies.test.mutate({ id: astray.proxy.id })).toEqual({ outcome: 'failed', sentence });
  page.answer = (_request, response) => void response.writeHead(403).end();
  expect(await owner.client.proxies.test.mutate({ id: astray.proxy.id })).toMatchObject({
    outcome: 'answered',
    status: 403,
  });
  page.answer = async (request, response) => {
    const { id } = JSON.parse(await text(request));
    const error = { code: -32601, message: 'Method not found' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, error }));
  };
  expect(await owner.client.proxies.test.mutate({ id: astray.proxy.id })).toMatchObject({
    outcome: 'failed',
    sentence: expect.stringContaining('began no MCP session'),
  });
  await page.stop();
  const at = (name: string, upstreamUrl: string) =>
    owner.client.proxies.create.mutate(
      toProxyFields({ kind: 'mcp', name, upstreamUrl, credentialId: astray.credential.id, headers: {} }),
    );
  const nowhere = await at('nowhere', 'http://127.0.0.1:1/');
  expect(await owner.client.proxies.test.mutate({ id: nowhere.proxy.id })).toMatchObject({ outcome: 'failed' });
  const inside = await at('inside', 'http://localhost:1/');
  expect(await owner.client.proxies.test.mutate({ id: inside.proxy.id })).toMatchObject({
    outcome: 'failed',
    sentence: expect.stringContaining('KEYTRAIL_ALLOWED_UPSTREAMS'),
  });
});
