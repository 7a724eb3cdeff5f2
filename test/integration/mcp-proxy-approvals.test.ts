// A call through an MCP proxy that waits for the owner's word, made by clients of both generations, and by none.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { readProxyCalls, soon, toProxyUrl } from '../kit/asking-proxies.ts';
import { type ModernServer, startModernConformanceServer } from '../kit/conformance-server-2026.ts';
import { connectMcp, eras } from '../kit/mcp-client.ts';
import { beginSession, postMcp, toToolCall } from '../kit/mcp-post.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { type AskingProxy, createAskingProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let mcp: McpUpstream;
let modern: ModernServer;
let owner: Owner;
beforeAll(async () => {
  mcp = await startMcpUpstream();
  modern = await startModernConformanceServer();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await mcp.stop();
  await modern.stop();
});
beforeEach(async () => {
  owner = await server.createOwner();
});

const answer = (id: string, word: 'once' | 'remember' | 'deny', note?: string) =>
  owner.client.approvals.answer.mutate({ id, answer: word, note });

const createMcp = (rule: Parameters<typeof createAskingProxy>[1] = {}) =>
  createAskingProxy(owner, rule, { upstreamUrl: mcp.url });

const toUrl = (made: AskingProxy, base = server.url) => toProxyUrl(made, base);

const callTool = (made: AskingProxy, name = 'headers', headers: Record<string, string> = {}) =>
  postMcp(toUrl(made), made.key, toToolCall(name), headers);

const readCalls = () => readProxyCalls(owner);

describe.each(eras)('an MCP client of %s', (era) => {
  const connect = async (rule: Parameters<typeof createAskingProxy>[1] = {}) => {
    const made = await createAskingProxy(owner, rule, { upstreamUrl: era === '2026-07-28' ? modern.url : mcp.url });
    return connectMcp(toUrl(made), made.key, era);
  };
  const tool = era === '2026-07-28' ? 'test_simple_text' : 'headers';
  const counting = era === '2026-07-28' ? 'test_tool_with_progress' : 'progress';

  test('ok: connects and lists tools without asking; a call waits, is approved, and is answered', async () => {
    const client = await connect();
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect((await owner.client.inbox.get.query()).approvals).toEqual([]);
    const calling = client.callTool(tool);
    const asked = await waitForApproval(owner);
    expect(asked).toMatchObject({ asker: { kind: 'proxy', tool }, clientName: 'test-program' });
    await answer(asked.id, 'once');
    expect((await calling).isError).toBe(false);
    await expect.poll(async () => (await readCalls()).length).toBe(4);
    expect((await readCalls()).map(({ action }) => action)).toEqual(['request', 'approve', 'inject', 'result']);
    for (const { correlationId } of await readCalls()) expect(correlationId).toBe(asked.correlationId);
    await client.close();
  });

  test('hears of progress that rises, and waits for longer than it would without', async () => {
    const client = await connect();
    const heard: { progress: number; message?: string | undefined }[] = [];
    const options = {
      timeout: 10_000,
      resetTimeoutOnProgress: true,
      onprogress: (news: (typeof heard)[0]) => heard.push(news),
    };
    const calling = client.callTool(counting, { steps: 2 }, options);
    const { id } = await waitForApproval(owner);
    await expect.poll(() => heard.length, { timeout: 30_000 }).toBe(3);
    await answer(id, 'once');
    expect((await calling).isError).toBe(false);
    expect(heard[0]?.message).toMatch(/^Waiting for the owner’s approval: \d+ s left$/);
    expect(heard.map(({ progress }) => progress)).toEqual(
      heard.map(({ progress }) => progress).toSorted((a, b) => a - b),
    );
    expect(heard[0]?.progress).toBeLessThan(0);
    expect(heard.at(-1)?.progress).toBeGreaterThan(0);
    await client.close();
  });

  test('gives its call up: it ends its wait at once, and nothing goes out after an approval', async () => {
    const client = await connect();
    const { accountId } = await owner.client.account.me.query();
    const [proxy] = await owner.client.proxies.list.query();
    const waits = () => server.app.ctx.wakeups.countListeners(accountId, `approvals ${proxy?.id}`);
    const impatience = new AbortController();
    const calling = client.callTool(tool, {}, { signal: impatience.signal }).catch(() => 'given up');
    const { id } = await waitForApproval(owner);
    expect(waits()).toBe(1);
    impatience.abort();
    expect(await calling).toBe('given up');
    await expect.poll(waits).toBe(0);
    await answer(id, 'once');
    expect((await readCalls()).map(({ action }) => action)).toEqual(['request', 'approve']);
    await client.close();
  });

  test('denied: the call fails with a sentence that holds the owner’s note', async () => {
    const client = await connect();
    const calling = client.callTool(tool).catch((error: unknown) => String(error));
    const { id } = await waitForApproval(owner);
    await answer(id, 'deny', 'not on Fridays');
    expect(await calling).toContain('“not on Fridays”');
    await client.close();
  });
});

describe('a call over MCP', () => {
  test('denied or timed out: an answer as JSON-RPC with code, rule, note and sentence', async () => {
    const made = await createMcp({ withinSeconds: 5 });
    const session = await beginSession(toUrl(made), made.key);
    const held = callTool(made, 'headers', session);
    await answer((await waitForApproval(owner)).id, 'deny', 'no');
    const denied = await held;
    expect(await denied.json()).toMatchObject({
      id: 1,
      error: { code: -31000, data: { code: 'access_denied', rule: 'approval', note: 'no' } },
    });
    const late = callTool(made, 'headers', session);
    await waitForApproval(owner);
    server.advance(5_000);
    expect(await (await late).json()).toMatchObject({
      error: { message: expect.stringContaining('did not answer within 5 seconds') },
    });
  });

  test('pending: the answer says to call again, which goes on waiting', async () => {
    const made = await createMcp();
    const session = await beginSession(toUrl(made), made.key);
    const pending = await callTool(made, 'headers', { ...session, ...soon.headers });
    expect([pending.status, pending.headers.get('retry-after')]).toEqual([200, '1']);
    expect(await pending.json()).toMatchObject({ id: 1, error: { data: { code: 'approval_pending' } } });
    await answer((await waitForApproval(owner)).id, 'once');
    expect((await callTool(made, 'headers', { ...session, ...soon.headers })).status).toBe(200);
  });

  test('a batch asks once, by the names of all its calls, and goes out as a whole', async () => {
    const made = await createMcp();
    const session = await beginSession(toUrl(made), made.key);
    const calls = [toToolCall('headers', 1), toToolCall('headers', 2), toToolCall('progress', 3)];
    const sent = mcp.seen.length;
    const held = postMcp(toUrl(made), made.key, calls, session);
    const asked = await waitForApproval(owner);
    expect(asked.asker).toMatchObject({ tool: 'headers ×2, progress' });
    await answer(asked.id, 'once');
    expect((await held).status).toBe(200);
    expect(mcp.seen).toHaveLength(sent + 1);
    await expect.poll(async () => (await readCalls()).filter(({ action }) => action === 'result').length).toBe(3);
    const uses = (await readCalls()).filter(({ action }) => action === 'inject');
    expect(uses.map(({ tool, approvalId }) => [tool, approvalId])).toEqual([
      ['headers', asked.id],
      ['headers', asked.id],
      ['progress', asked.id],
    ]);
    for (const { correlationId } of await readCalls()) expect(correlationId).toBe(asked.correlationId);
  });

  test('a batch that is denied is not sent at all, by one refusal', async () => {
    const made = await createMcp();
    const session = await beginSession(toUrl(made), made.key);
    const sent = mcp.seen.length;
    const held = postMcp(toUrl(made), made.key, [toToolCall('headers', 1), toToolCall('wait', 2)], session);
    await answer((await waitForApproval(owner)).id, 'deny');
    expect(await (await held).json()).toMatchObject([
      { id: 1, error: { data: { rule: 'approval' } } },
      { id: 2, error: { data: { code: 'conflict' } } },
    ]);
    expect(mcp.seen).toHaveLength(sent);
    expect((await readCalls()).map(({ action }) => action)).toEqual(['request', 'refuse', 'inject']);
  });

  test('a tool that the proxy does not offer is refused without asking', async () => {
    const made = await createAskingProxy(
      owner,
      {},
      { upstreamUrl: mcp.url, toolAccess: { mode: 'except', names: ['wait'] } },
    );
    const refused = await callTool(made, 'wait');
    expect(await refused.json()).toMatchObject({ error: { data: { rule: 'tool' } } });
    expect((await owner.client.inbox.get.query()).approvals).toEqual([]);
  });
});
