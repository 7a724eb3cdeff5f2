// The MCP Inspector's command line, a client that nobody here wrote, at `/mcp` and through a proxy to the protocol's own
// reference server.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EverythingServer, startEverythingServer } from '../kit/everything-server.ts';
import { inspect, startInspector } from '../kit/inspector.ts';
import { eras } from '../kit/mcp-client.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let everything: EverythingServer;

beforeAll(async () => {
  everything = await startEverythingServer();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await everything.stop();
});

async function readUses(owner: Owner) {
  const { events } = await owner.client.audit.list.query({ filter: { sources: ['mcp_proxy'] }, limit: 10 });
  return events;
}

const fetchOf = (service: string) => ['--tool-name', 'get_credential', '--tool-arg', `service=${service}`];

describe.each(eras)('in the era of %s', { timeout: 60_000 }, (era) => {
  test('it lists the tools of /mcp, sees what its agent was granted, and gets it; a refusal reaches who called', async () => {
    const bot = await createGrantedAgent(await server.createOwner(), server.url);
    const mcp = { url: `${server.url}/mcp`, bearer: bot.key };
    // Strictly: a schema that some model's provider could not read would end it with 6.
    expect(await inspect(mcp, era, 'tools/list', '--strict')).toMatchObject({
      exitCode: 0,
      result: { tools: expect.arrayContaining([expect.objectContaining({ name: 'my_activity' })]) },
    });
    const granted = { credentials: [{ service: 'github', label: 'main', kind: 'token', fields: ['value'] }] };
    const listed = await inspect(mcp, era, 'tools/call', '--tool-name', 'list_credentials');
    expect(listed).toMatchObject({ exitCode: 0, result: { structuredContent: granted } });
    expect(await inspect(mcp, era, 'tools/call', ...fetchOf('github'))).toMatchObject({
      exitCode: 0,
      result: { structuredContent: { values: { value: tokenValue } } },
    });
    const refused = await inspect(mcp, era, 'tools/call', ...fetchOf('unknown'));
    expect(refused.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('"rule":"grant_missing"') }],
    });
  });

  test('through a proxy it calls a tool of an upstream of its time, by the proxy’s key alone', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    // The reference server speaks the older era only; this server's own /mcp both.
    const upstream =
      era === '2025-11-25'
        ? { url: everything.url, injected: {}, tool: 'echo', args: ['--tool-arg', 'message=hello'] }
        : {
            url: `${server.url}/mcp`,
            injected: { authorization: `Bearer ${bot.key}` },
            tool: 'list_credentials',
            args: [],
          };
    const { proxy, key } = await createTokenProxy(owner, { upstreamUrl: upstream.url, headers: upstream.injected });
    const through = { url: `${server.url}/mcp/p/${proxy.name}`, bearer: key };
    const called = await inspect(through, era, 'tools/call', '--tool-name', upstream.tool, ...upstream.args);
    expect(called).toMatchObject({ exitCode: 0, errors: '' });
    await expect
      .poll(() => readUses(owner))
      .toMatchObject([
        { action: 'result', outcome: 'ok', tool: upstream.tool, upstreamStatus: 200 },
        { action: 'inject', outcome: 'ok', tool: upstream.tool, clientName: expect.stringMatching(/inspector/i) },
      ]);
  });
});

test('killed in the middle of a call through a proxy, it leaves nobody at work: the result says that the caller left', async () => {
  const owner = await server.createOwner();
  const { proxy, key } = await createTokenProxy(owner, { upstreamUrl: everything.url });
  const through = { url: `${server.url}/mcp/p/${proxy.name}`, bearer: key };
  const tool = 'trigger-long-running-operation';
  const args = ['--tool-name', tool, '--tool-arg', 'duration=60', 'steps=60'];
  const inspector = startInspector(through, '2025-11-25', 'tools/call', ...args);
  await expect.poll(() => readUses(owner)).toMatchObject([{ action: 'inject', outcome: 'ok', tool }]);
  inspector.kill();
  expect(await inspector.ended).toMatchObject({ exitCode: null, result: null });
  await expect
    .poll(async () => (await readUses(owner))[0])
    .toMatchObject({ action: 'result', note: 'The caller left' });
}, 60_000);
