// An upstream that does not take the token: it is renewed once and the call made again; what is refused all the same, is.

import type { ServerResponse } from 'node:http';
import { connect } from '@keytrail/server/base/db';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { createOAuthCredential, type IssuedCredential } from '../kit/oauth-credentials.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { createPolicy } from '../kit/policies.ts';
import { toProxyEdit, toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let upstream: HttpUpstream;
let provider: OAuthProvider;
let server: TestServer;
let owner: Owner;

beforeAll(async () => {
  upstream = await startHttpUpstream();
  provider = await startOAuthProvider();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
  owner = await server.createOwner();
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
  await upstream.stop();
});
beforeEach(() => {
  provider.answerWith(null);
});

const bearerOf = (headers: { authorization?: string | undefined }) => headers.authorization?.replace(/^Bearer /, '');

/** The upstream takes whatever it has not been told to refuse. */
function refuse(...tokens: string[]) {
  upstream.answer = (request, response) => {
    const refused = tokens.includes(bearerOf(request.headers) ?? '');
    response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' });
    request.resume().on('end', () => response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} })));
  };
}

async function createProxy(kind: 'http' | 'mcp') {
  const credential = await createOAuthCredential(owner, provider, { endsInS: 3600, nowMs: server.app.ctx.nowMs() });
  const fields = { kind, upstreamUrl: `${upstream.url}/base`, credentialId: credential.id };
  const headers = { authorization: `Bearer \${TOKEN}` };
  const { proxy, key } = await owner.client.proxies.create.mutate(toProxyFields({ ...fields, headers }));
  const url = kind === 'http' ? `${server.url}/http/p/${proxy.name}/things` : `${server.url}/mcp/p/${proxy.name}`;
  return { credential, url, authorization: `Bearer ${key}`, proxyId: proxy.id, proxy };
}

const toolCall = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'look', arguments: {} },
});

async function callTool({ url, authorization }: { url: string; authorization: string }) {
  const headers = {
    authorization,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': String(Buffer.byteLength(toolCall)),
  };
  const answer = await callPlainly(url, { method: 'POST', headers, body: toolCall });
  return { status: answer.status, body: JSON.parse(await answer.readText()) };
}

/** What the log says of a credential since its proxy was made, the oldest first. */
async function readEvents({ id }: IssuedCredential) {
  const read = async () => (await owner.client.audit.list.query({ filter: { credentialIds: [id] } })).events;
  await expect.poll(async () => (await read())[0]?.action).toBe('result');
  return (await read()).toReversed().slice(2);
}

test('MCP: renewed once, sent again, and the call, its refresh and its result are tied together', async () => {
  const proxy = await createProxy('mcp');
  refuse(proxy.credential.tokens.accessToken);
  expect(await callTool(proxy)).toMatchObject({ status: 200, body: { result: {} } });
  const [first, second] = upstream.received.slice(-2).map(({ headers }) => bearerOf(headers) ?? '');
  expect(first).toBe(proxy.credential.tokens.accessToken);
  expect(await provider.accepts(second ?? '')).toBe(true);
  const events = await readEvents(proxy.credential);
  expect(events.map(({ type, action, source, outcome }) => [type, action, source, outcome])).toEqual([
    ['agent_access', 'inject', 'mcp_proxy', 'ok'],
    ['token_refresh', 'refresh', 'mcp_proxy', 'ok'],
    ['agent_access', 'result', 'mcp_proxy', 'ok'],
  ]);
  expect(new Set(events.map(({ correlationId }) => correlationId)).size).toBe(1);
});

test('many calls at once whose token is refused share one refresh', async () => {
  const proxy = await createProxy('mcp');
  refuse(proxy.credential.tokens.accessToken);
  const before = provider.requests.refresh_token ?? 0;
  const answers = await Promise.all(Array.from({ length: 20 }, () => callTool(proxy)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect((provider.requests.refresh_token ?? 0) - before).toBe(1);
});

test('a token that is refused although it was renewed just now is an error of ours, and is not renewed again', async () => {
  const proxy = await createProxy('mcp');
  upstream.answer = (_request, response) => void response.writeHead(401).end();
  const before = provider.requests.refresh_token ?? 0;
  for (let call = 0; call < 3; call++) {
    expect(await callTool(proxy)).toMatchObject({
      status: 502,
      body: { error: { data: { code: 'upstream_unauthorized' } } },
    });
  }
  expect((provider.requests.refresh_token ?? 0) - before).toBe(1);
});

test('a consent that is gone says that the owner must connect again', async () => {
  const proxy = await createProxy('mcp');
  refuse(proxy.credential.tokens.accessToken);
  provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' });
  expect(await callTool(proxy)).toMatchObject({ body: { error: { data: { code: 'reconnect_needed' } } } });
});

test('HTTP: a call without a body is made again; one whose body streamed through is told to send it again', async () => {
  const proxy = await createProxy('http');
  const { url, authorization } = proxy;
  refuse(proxy.credential.tokens.accessToken);
  expect((await callPlainly(url, { headers: { authorization } })).status).toBe(200);
  const other = await createProxy('http');
  refuse(other.credential.tokens.accessToken);
  const post = () => {
    const headers = { authorization: other.authorization, 'content-length': '4' };
    return callPlainly(other.url, { method: 'POST', headers, body: 'body' });
  };
  const told = await post();
  expect([told.status, JSON.parse(await told.readText()).code]).toEqual([503, 'token_renewed']);
  expect((await post()).status).toBe(200);
});

test.each(['http', 'mcp'] as const)(
  '%s: a proxy that was led elsewhere meanwhile sends its new credential to neither upstream',
  async (kind) => {
    const { credential, url, authorization, proxy } = await createProxy(kind);
    const other = await createOAuthCredential(owner, provider, { endsInS: 3600, nowMs: server.app.ctx.nowMs() });
    const elsewhere = await startHttpUpstream();
    const held: ServerResponse[] = [];
    upstream.answer = (request, response) => {
      request.resume();
      held.push(response);
    };
    const called =
      kind === 'http' ? callPlainly(url, { headers: { authorization } }) : callTool({ url, authorization });
    await expect.poll(() => held).toHaveLength(1);
    const { id, version, name } = proxy;
    const headers = { authorization: `Bearer \${TOKEN}` };
    const edit = toProxyEdit({ name, kind, upstreamUrl: `${elsewhere.url}/base`, credentialId: other.id, headers });
    await owner.client.proxies.update.mutate({ id, version, proxy: edit });
    const before = upstream.received.length;
    held[0]?.writeHead(401).end();
    expect((await called).status).toBe(502);
    expect(upstream.received).toHaveLength(before);
    expect(elsewhere.received).toHaveLength(0);
    expect(upstream.received.map(({ headers: sent }) => bearerOf(sent))).not.toContain(other.tokens.accessToken);
    expect((await readEvents(credential)).map(({ action }) => action)).toContain('inject');
    await elsewhere.stop();
  },
);

test('a token that ends while the owner is asked is renewed before the call goes out, by one answer', async () => {
  const { credential, url, authorization, proxyId } = await createProxy('http');
  refuse();
  const ask = { type: 'approval', withinSeconds: 300, rememberMinutes: 0 } as const;
  await createPolicy(owner, [ask], [{ kind: 'proxy', id: proxyId }]);
  const held = callPlainly(url, { headers: { authorization } });
  const { id, correlationId } = await waitForApproval(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  const ended = new Date(server.app.ctx.nowMs() - 1000).toISOString();
  await sql`update credentials set public = public || ${sql.json({ accessTokenExpiresAt: ended })} where id = ${credential.id}`;
  await sql.end();
  await owner.client.approvals.answer.mutate({ id, answer: 'once' });
  expect((await held).status).toBe(200);
  expect(await provider.accepts(bearerOf(upstream.received.at(-1)?.headers ?? {}) ?? '')).toBe(true);
  const events = await readEvents(credential);
  expect(events.map(({ action }) => action).slice(-5)).toEqual(['request', 'approve', 'refresh', 'inject', 'result']);
  for (const event of events.slice(-5)) expect(event.correlationId).toBe(correlationId);
});
