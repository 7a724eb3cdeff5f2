// The server, or the upstream behind it, is killed in the middle of an answer through a proxy: whoever is left hears of it at
// once, and the use is in the log.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../kit/client.ts';
import { startEverythingServer } from '../kit/everything-server.ts';
import { beginSession, postMcp, toToolCall } from '../kit/mcp-post.ts';
import { type McpUpstream, startMcpUpstream } from '../kit/mcp-upstream.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startServerProcess } from '../kit/server-process.ts';

let server: TestServer;
let upstream: McpUpstream;

beforeAll(async () => {
  upstream = await startMcpUpstream();
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

test('a killed server leaves no caller waiting, no upstream at work for nobody, and no use without its event', async () => {
  const { client, session } = await server.createOwner();
  const { proxy, key } = await createTokenProxy({ client }, { upstreamUrl: upstream.url });
  const node = await startServerProcess({ ...server.variables, KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
  const endpoint = `${node.url}/mcp/p/${proxy.name}`;
  const waiting = await postMcp(endpoint, key, toToolCall('wait'), await beginSession(endpoint, key));
  expect(waiting.status).toBe(200);
  expect(upstream.openAnswers()).toBe(1);
  const cut = expect(waiting.text()).rejects.toThrow();
  await node.kill('SIGKILL');
  await cut;
  await expect.poll(() => upstream.openAnswers()).toBe(0);
  const { events } = await createClient(server.url, session).audit.list.query({
    filter: { sources: ['mcp_proxy'] },
    limit: 10,
  });
  expect(events).toMatchObject([{ action: 'inject', outcome: 'ok', tool: 'wait', title: proxy.name }]);
});

test('a killed upstream leaves no caller waiting, and its result says that it broke off', async () => {
  const everything = await startEverythingServer();
  const { client, session } = await server.createOwner();
  const { proxy, key } = await createTokenProxy({ client }, { upstreamUrl: everything.url });
  const node = await startServerProcess({ ...server.variables, KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
  const endpoint = `${node.url}/mcp/p/${proxy.name}`;
  const name = 'trigger-long-running-operation';
  const params = { name, arguments: { duration: 60, steps: 60 }, _meta: { progressToken: 1 } };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
  const answer = await postMcp(endpoint, key, call, await beginSession(endpoint, key));
  expect(answer.status).toBe(200);
  const cut = expect(answer.text()).rejects.toThrow();
  await everything.stop();
  await cut;
  const read = () =>
    createClient(server.url, session).audit.list.query({ filter: { sources: ['mcp_proxy'] }, limit: 10 });
  await expect
    .poll(async () => (await read()).events)
    .toMatchObject([
      { action: 'result', outcome: 'failed', tool: name, upstreamStatus: 200, note: 'The upstream broke off' },
      { action: 'inject', outcome: 'ok', tool: name },
    ]);
  await node.kill('SIGTERM');
});
