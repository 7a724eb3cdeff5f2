// The server is killed in the middle of an answer through a proxy: both sides hear of it at once, and the use is in the log.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../kit/client.ts';
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
