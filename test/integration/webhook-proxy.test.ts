// Proxies of a vault on its owner's webhook: the webhook makes the call and injects what Keytrail never sees.

import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { connectMcp } from '../kit/mcp-client.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { createPolicy } from '../kit/policies.ts';
import { toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createToken, tokenValue } from '../kit/vault.ts';
import { type BoundWebhook, bindWebhook, redeem, switchVault, webhookVariables } from '../kit/webhook.ts';

let upstream: HttpUpstream;
let mcp: McpUpstream;
let server: TestServer;
let owner: Owner;
let webhook: BoundWebhook;
let credentialId: string;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  mcp = await startMcpUpstream();
  server = await startTestServer(webhookVariables);
  owner = await server.createOwner();
  webhook = await bindWebhook(server, owner);
  credentialId = (await createToken(owner)).id;
  await switchVault(owner, 'webhook');
});
afterAll(async () => {
  await webhook.stop();
  await server.stop();
  await mcp.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.answer = (_request, response) => void response.end('ok');
});

async function createProxy(changes: Parameters<typeof toProxyFields>[0]) {
  const { proxy, key } = await owner.client.proxies.create.mutate(
    toProxyFields({ kind: 'http', upstreamUrl: `${upstream.url}/base`, credentialId, ...changes }),
  );
  return { proxy, key, url: `${server.url}/http/p/${proxy.name}` };
}

/** The newest events, as soon as the newest is the result of a call. */
async function readEvents(limit: number): Promise<AuditEvent[]> {
  const read = async () => (await owner.client.audit.list.query({ limit })).events;
  await expect.poll(async () => (await read())[0]?.action).toBe('result');
  return read();
}

test('ok: headers, query and Basic are injected by the webhook, and never come back', async () => {
  const { url, key } = await createProxy({
    headers: { 'x-token': 'Key ${TOKEN}' },
    query: { token: '${TOKEN}' },
    basicAuth: { username: 'me', password: '${FIELD:value}' },
  });
  upstream.answer = (request, response) => {
    response.setHeader('x-echo', String(request.headers['x-token']));
    response.end(`${request.url} ${request.headers['x-token']} ${request.headers.authorization}`);
  };
  const answer = await callPlainly(`${url}/items?page=2`, {
    headers: { authorization: `Bearer ${key}`, 'x-token': 'mine', 'x-other': '${TOKEN}' },
  });
  const text = await answer.readText();
  expect(answer.status).toBe(200);
  expect(text).not.toContain(tokenValue);
  expect(text).not.toContain(Buffer.from(`me:${tokenValue}`).toString('base64'));
  expect(String(answer.headers['x-echo'])).not.toContain(tokenValue);
  const sent = upstream.received.at(-1);
  expect(sent?.url).toBe(`/base/items?page=2&token=${tokenValue}`);
  expect(sent?.headers).toMatchObject({
    'x-token': `Key ${tokenValue}`,
    'x-other': '${TOKEN}',
    authorization: `Basic ${Buffer.from(`me:${tokenValue}`).toString('base64')}`,
  });
  const [result, call] = await readEvents(2);
  expect(call).toMatchObject({
    type: 'agent_access',
    action: 'inject',
    source: 'mcp_proxy',
    tool: 'GET /items',
    fields: ['value'],
    note: 'Carried out by the owner’s webhook',
    upstreamHost: upstream.host,
  });
  expect(result).toMatchObject({ action: 'result', upstreamStatus: 200, correlationId: call?.correlationId });
});

test('what is injected does not come back in the encodings that programs use, and not compressed', async () => {
  const secret = 'sk-"quoted"+and/long';
  const redirectable = await owner.client.credentials.createHeld.mutate({
    kind: 'token',
    service: 'echo',
    label: 'main',
    secretFields: ['value'],
  });
  if (redirectable.redirect === null) throw new Error('no ticket');
  await redeem(redirectable.redirect, {}, JSON.stringify({ fields: { value: secret } }));
  const { url, key } = await createProxy({
    credentialId: redirectable.credential.id,
    headers: { 'x-token': 'Key ${TOKEN}' },
  });
  const call = (headers: Record<string, string> = {}) =>
    callPlainly(`${url}/x`, { headers: { authorization: `Bearer ${key}`, ...headers } });
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    Buffer.from(`ab${secret}`).toString('base64'),
    Buffer.from(`a${secret}`).toString('base64url'),
  ];
  upstream.answer = (_request, response) => void response.setHeader('x-echo', json).end(forms.join(' '));
  const answer = await call({ x_token: 'theirs' });
  expect(upstream.received.at(-1)?.headers).not.toHaveProperty('x_token');
  const text = `${answer.headers['x-echo']} ${await answer.readText()}`;
  for (const form of forms) expect(text).not.toContain(form.slice(4, -4));
  expect(text).toContain('*'.repeat(json.length));
  upstream.answer = (_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(secret));
  };
  const compressed = await call();
  expect([compressed.status, await compressed.readText()]).toEqual([502, expect.not.stringContaining(secret)]);
});

test('bodies stream through both ways, before they are whole', async () => {
  const { url, key } = await createProxy({ headers: { 'x-token': '${TOKEN}' } });
  upstream.answer = (request, response) => {
    response.writeHead(201, { 'content-type': 'text/plain' });
    response.write('first ');
    request.on('data', (chunk) => response.write(chunk));
    request.on('end', () => response.end());
  };
  const body = new PassThrough();
  const pending = callPlainly(`${url}/echo`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
  body.write('second ');
  const answer = await pending;
  expect(answer.status).toBe(201);
  const seen: string[] = [];
  answer.body.on('data', (chunk) => seen.push(String(chunk)));
  await expect.poll(() => seen.join('')).toBe('first second ');
  body.end('third');
  await expect.poll(() => seen.join('')).toBe('first second third');
});

test('an MCP client calls tools through the webhook', async () => {
  const { proxy, key } = await owner.client.proxies.create.mutate(
    toProxyFields({ kind: 'mcp', upstreamUrl: mcp.url, credentialId, headers: { authorization: 'Bearer ${TOKEN}' } }),
  );
  const client = await connectMcp(`${server.url}/mcp/p/${proxy.name}`, key, '2025-11-25');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('headers');
  expect((await client.callTool('headers')).isError).toBe(false);
  await client.close();
  expect(mcp.seen.at(-1)?.authorization).toBe(`Bearer ${tokenValue}`);
  // The result is recorded behind the answer.
  const readCalls = async () =>
    (await owner.client.audit.list.query({ limit: 20 })).events.filter(({ tool }) => tool === 'headers');
  await expect.poll(async () => (await readCalls()).map(({ action }) => action).sort()).toEqual(['inject', 'result']);
});

test('an upstream that refuses the credential is told from a webhook that refuses the call', async () => {
  const { url, key } = await createProxy({ headers: { 'x-token': '${TOKEN}' } });
  const call = (headers: Record<string, string> = {}) =>
    callPlainly(`${url}/x`, { headers: { authorization: `Bearer ${key}`, ...headers } });
  upstream.answer = (_request, response) => void response.writeHead(401).end('no');
  const unauthorized = await call();
  expect(unauthorized.status).toBe(502);
  expect(await unauthorized.readText()).toContain('upstream_unauthorized');
  await webhook.kill();
  // Within the seconds in which the webhook is still believed to be there.
  const unreached = await call();
  expect([502, 503]).toContain(unreached.status);
  server.advance(6_000);
  const down = await call();
  expect(down.status).toBe(503);
  expect(await down.readText()).toContain('webhook_down');
  const [newest] = (await owner.client.audit.list.query({ limit: 1 })).events;
  expect(newest).toMatchObject({ type: 'policy_denied', rule: 'webhook_down', source: 'mcp_proxy' });
  await webhook.restart();
  server.advance(6_000);
  upstream.answer = (_request, response) => void response.end('back');
  expect(await (await call()).readText()).toBe('back');
});

test('a call that waits for the owner is made by the webhook; while that is down, it is refused, and the answer is kept', async () => {
  const { proxy, url, key } = await createProxy({ headers: { 'x-token': '${TOKEN}' } });
  const ask = { type: 'approval', withinSeconds: 60, rememberMinutes: 0 } as const;
  await createPolicy(owner, [ask], [{ kind: 'proxy', id: proxy.id }]);
  const call = () => callPlainly(`${url}/x`, { headers: { authorization: `Bearer ${key}` } });
  const approve = async () => {
    const { id } = await waitForApproval(owner);
    await owner.client.approvals.answer.mutate({ id, answer: 'once' });
    return id;
  };
  const held = call();
  await approve();
  expect((await held).status).toBe(200);
  expect(upstream.received.at(-1)?.headers['x-token']).toBe(tokenValue);
  const heldByNone = call();
  await waitForApproval(owner);
  await webhook.kill();
  server.advance(6_000);
  const id = await approve();
  const down = await heldByNone;
  expect([down.status, await down.readText()]).toEqual([503, expect.stringContaining('webhook_down')]);
  await webhook.restart();
  server.advance(6_000);
  expect((await call()).status).toBe(200);
  expect(await readEvents(2)).toMatchObject([{ action: 'result' }, { action: 'inject', approvalId: id }]);
});

test('a trial of the proxy goes the same way', async () => {
  const { proxy } = await createProxy({ headers: { 'x-token': '${TOKEN}' } });
  expect(await owner.client.proxies.test.mutate({ id: proxy.id })).toMatchObject({ outcome: 'answered', status: 200 });
  expect(upstream.received.at(-1)?.headers['x-token']).toBe(tokenValue);
});
