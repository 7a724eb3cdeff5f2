// What an MCP client hears over the line while the owner is asked about its call, and how that ends.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { readProxyCalls, soon, toProxyUrl } from '../kit/asking-proxies.ts';
import { type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { beginSession, postMcp, toToolCall } from '../kit/mcp-post.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { type AskingProxy, createAskingProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let mcp: McpUpstream;
let plain: HttpUpstream;
let owner: Owner;
beforeAll(async () => {
  mcp = await startMcpUpstream();
  plain = await startHttpUpstream();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await mcp.stop();
  await plain.stop();
});
beforeEach(async () => {
  owner = await server.createOwner();
});

const answer = (id: string, word: 'once' | 'deny', note?: string) =>
  owner.client.approvals.answer.mutate({ id, answer: word, note });

const createMcp = (rule: Parameters<typeof createAskingProxy>[1] = {}) =>
  createAskingProxy(owner, rule, { upstreamUrl: mcp.url });

const toUrl = (made: AskingProxy, base = server.url) => toProxyUrl(made, base);

const callTool = (made: AskingProxy, name = 'headers', headers: Record<string, string> = {}) =>
  postMcp(toUrl(made), made.key, toToolCall(name), headers);

const readCalls = () => readProxyCalls(owner);

/** The stream of a call that is held, as soon as it has begun. */
async function hold(made: AskingProxy, body: object = toToolCall('headers'), headers: Record<string, string> = {}) {
  const held = await postMcp(toUrl(made), made.key, body, headers);
  expect([held.status, held.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const { id } = await waitForApproval(owner);
  return { held, id };
}
const toEvents = (text: string) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
const createPlain = () => createAskingProxy(owner, {}, { upstreamUrl: plain.url });

test('a client that asked for no progress hears that its connection lives; an answer as JSON becomes an event', async () => {
  const made = await createPlain();
  const result = { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'two\nlines' }] } };
  plain.answer = (_request, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(result, null, 2));
  };
  const { held, id } = await hold(made);
  await answer(id, 'once');
  const text = await held.text();
  expect(text).toMatch(/^: waits for the owner\n\n/);
  expect(toEvents(text)).toEqual([result]);
});

test('denied: the stream ends with the refusal', async () => {
  const { held, id } = await hold(await createMcp());
  await answer(id, 'deny', 'no');
  expect(toEvents(await held.text())).toMatchObject([{ id: 1, error: { data: { rule: 'approval', note: 'no' } } }]);
});

test('a batch that is denied: each of its calls has an answer', async () => {
  const { held, id } = await hold(await createMcp(), [toToolCall('headers', 1), toToolCall('wait', 'two')]);
  await answer(id, 'deny');
  const data = (code: string) => ({ error: { data: { code } } });
  expect(toEvents(await held.text())).toMatchObject([
    { id: 1, ...data('access_denied') },
    { id: 'two', ...data('conflict') },
  ]);
});

test.each([
  ['an error', 404, 'application/json', 'HTTP 404'],
  ['a page', 200, 'text/html', 'HTTP 200'],
])('%s of the upstream is told as one of ours, and is in the log', async (_what, status, type, said) => {
  const made = await createPlain();
  plain.answer = (_request, response) => void response.writeHead(status, { 'content-type': type }).end('{}');
  const { held, id } = await hold(made);
  await answer(id, 'once');
  const [error] = toEvents(await held.text());
  expect(error).toMatchObject({ id: 1, error: { data: { code: 'upstream_failed' } } });
  expect(error.error.message).toContain(said);
  await expect.poll(async () => (await readCalls()).at(-1)).toMatchObject({ action: 'result', outcome: 'failed' });
});

test('a client that takes JSON only is answered by JSON', async () => {
  const made = await createPlain();
  plain.answer = (_request, response) => void response.setHeader('content-type', 'application/json').end('{}');
  const held = postMcp(toUrl(made), made.key, toToolCall('headers'), {
    accept: 'application/json',
    prefer: 'wait=4',
  });
  const pending = await held;
  expect(pending.headers.get('content-type')).toContain('application/json');
  expect(await pending.json()).toMatchObject({ error: { data: { code: 'approval_pending' } } });
});

test('what a client takes back is not carried out, whichever node it tells; the request stays for its next call', async () => {
  const made = await createMcp();
  const other = await server.startNode();
  const session = await beginSession(toUrl(made), made.key);
  const { held, id } = await hold(made, toToolCall('headers', 7), session);
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
  const told = await postMcp(toUrl(made, other.url), made.key, cancelled, session);
  expect(told.status).toBe(202);
  expect(toEvents(await held.text())).toMatchObject([{ id: 7, error: { data: { code: 'approval_pending' } } }]);
  expect(await waitForApproval(owner)).toMatchObject({ id });
  await answer(id, 'once');
  expect((await readCalls()).filter(({ action }) => action === 'inject')).toEqual([]);
  // The same id again is another call.
  const again = await callTool(made, 'headers', { ...session, ...soon.headers });
  expect(await again.text()).toContain('"result"');
});

test('a call that waits holds its body as bytes, not as the values that they are read to', async () => {
  const made = await createMcp();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const readHeap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = readHeap();
  const headers = { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' };
  const gone = new AbortController();
  const held = ['one', 'two', 'three'].map((name) => {
    // Four bytes that take fifty.
    const body = JSON.stringify(toToolCall(name)).replace('{}', `{"x":[${'{},'.repeat(1_000_000)}{}]}`);
    return fetch(toUrl(made), { method: 'POST', headers, body, signal: gone.signal }).catch(() => 'gone');
  });
  const countWaiting = async () => (await owner.client.inbox.get.query()).approvals.length;
  await expect.poll(countWaiting).toBe(3);
  expect(readHeap() - before).toBeLessThan(64 * 1024 * 1024);
  gone.abort();
  expect(await Promise.all(held)).toEqual(['gone', 'gone', 'gone']);
});
