// The MCP server at /mcp, as agents' programs use it, in both eras of the protocol.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { connectMcp, eras } from '../kit/mcp-client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createAskingAgent, createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
const endpoint = () => `${server.url}/mcp`;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function readEvents() {
  const { events } = await owner.client.audit.list.query({ filter: {}, limit: 50 });
  return events.filter(({ type }) => type !== 'vault_change');
}

describe.each(eras)('in the era of %s', (era) => {
  beforeAll(async () => {
    owner = await server.createOwner();
  });

  test('an agent finds its tools, sees what it was granted, and fetches it: one event, by name of the program', async () => {
    const bot = await createGrantedAgent(owner, server.url);
    const mcp = await connectMcp(endpoint(), bot.key, era, 'deploy-program');
    const { tools } = await mcp.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'list_credentials',
      'get_credential',
      'get_one_time_code',
      'request_access',
      'my_activity',
    ]);
    expect(tools.every(({ description }) => (description ?? '').length > 40)).toBe(true);
    expect((await mcp.callTool('list_credentials')).values).toEqual({
      credentials: [{ service: 'github', label: 'main', kind: 'token', fields: ['value'], expiresAt: null }],
    });
    expect(await readEvents()).toEqual([]);

    const fetched = await mcp.callTool('get_credential', { service: 'github', reason: 'nightly deploy' });
    const [event] = await readEvents();
    expect(fetched).toEqual({
      isError: false,
      values: { service: 'github', label: 'main', kind: 'token', values: { value: tokenValue }, eventId: event?.id },
    });
    expect(event).toMatchObject({
      type: 'agent_access',
      source: 'agent',
      outcome: 'ok',
      title: 'deploy-bot',
      reason: 'nightly deploy',
      client: 'mcp_python',
      clientName: 'deploy-program',
    });
    const { events } = (await mcp.callTool('my_activity', { limit: 5 })).values as { events: { id: string }[] };
    expect(events.map(({ id }) => id)).toContain(event?.id);
    await mcp.close();
  });

  test('a refusal is a tool error that says why, and an event', async () => {
    const bot = await createAgent(owner, server.url, `stranger-${era}`);
    await createToken(owner, 'secretsite', era);
    const mcp = await connectMcp(endpoint(), bot.key, era);
    // A client that has the tools' schemas holds the answers against them.
    await mcp.listTools();
    expect(await mcp.callTool('get_credential', { service: 'secretsite', label: era })).toMatchObject({
      isError: true,
      values: { code: 'access_denied', rule: 'grant_missing', sentence: expect.stringContaining('grant') },
    });
    expect((await readEvents())[0]).toMatchObject({
      type: 'policy_denied',
      rule: 'grant_missing',
      agentId: bot.agent.id,
    });
    await owner.client.agents.suspend.mutate({ id: bot.agent.id });
    expect(await mcp.callTool('list_credentials')).toMatchObject({
      isError: true,
      values: { code: 'agent_suspended' },
    });
    expect(await mcp.callTool('get_credential', { service: 'secretsite' })).toMatchObject({
      values: { rule: 'agent_suspended' },
    });
    await mcp.close();
  });

  test('invalid: an argument that a tool does not know is refused and releases nothing', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    const mcp = await connectMcp(endpoint(), bot.key, era);
    const answer = await mcp.callTool('get_credential', { service: 'github', fields: ['label'] }).catch(String);
    expect(JSON.stringify(answer)).toContain('fields');
    expect(JSON.stringify(answer)).not.toContain(tokenValue);
    const { events } = await owner.client.audit.list.query({ filter: { types: ['agent_access'] }, limit: 5 });
    expect(events).toEqual([]);
    await mcp.close();
  });

  test('what waits, what was refused with a word, and what will pass later are told apart', async () => {
    const owner = await server.createOwner();
    const asking = await createAskingAgent(owner, server.url);
    const mcp = await connectMcp(endpoint(), asking.key, era);
    const asked = mcp.callTool('get_credential', { service: 'github' });
    const { id } = await waitForApproval(owner);
    await owner.client.approvals.answer.mutate({ id, answer: 'deny', note: 'on Monday' });
    expect(await asked).toMatchObject({
      isError: true,
      values: { code: 'access_denied', rule: 'approval', note: 'on Monday' },
    });
    const { version, name, mode, description } = asking.policy;
    const rules = [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' } as const];
    await owner.client.policies.update.mutate({ id: asking.policy.id, version, name, mode, description, rules });
    const use = () => mcp.callTool('get_credential', { service: 'github' });
    expect((await use()).isError).toBe(false);
    const { isError, values } = await use();
    expect({ isError, rule: values.rule }).toEqual({ isError: true, rule: 'rate_limit' });
    expect(Date.parse(String(values.retryAt))).toBeGreaterThan(Date.now());
    await mcp.close();
  });

  test('a one-time code leaves as six digits', async () => {
    const bot = await createAgent(owner, server.url, `codes-${era}`);
    const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const code = await owner.client.credentials.create.mutate({
      kind: 'totp',
      service: 'codes',
      label: era,
      secret: { seed },
    });
    await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: code.id });
    const mcp = await connectMcp(endpoint(), bot.key, era);
    const { values } = await mcp.callTool('get_one_time_code', { service: 'codes' });
    expect(values.code).toMatch(/^\d{6}$/);
    expect(JSON.stringify(values)).not.toContain(seed);
    await mcp.close();
  });
});

describe('at the door', () => {
  const post = (headers: Record<string, string>, body: unknown = { jsonrpc: '2.0', id: 1, method: 'ping' }) =>
    fetch(endpoint(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify(body),
    });

  test('unauthorized: without a key, and the answer says where to read on', async () => {
    const answer = await post({});
    expect(answer.status).toBe(401);
    const metadata = /resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1];
    expect(await (await fetch(metadata ?? '')).json()).toMatchObject({
      resource: endpoint(),
      bearer_methods_supported: ['header'],
    });
    expect((await post({ authorization: 'Bearer kt_agent_nonsense' })).status).toBe(401);
  });

  test('forbidden: a session, a page of another site, another host name', async () => {
    const person = await server.createOwner();
    expect((await post({ authorization: `Bearer ${person.session}` })).status).toBe(403);
    const bot = await createAgent(person, server.url);
    const authorization = `Bearer ${bot.key}`;
    expect((await post({ authorization, origin: 'https://evil.test' })).status).toBe(403);
    expect((await post({ authorization })).status).toBe(200);
  });

  test('invalid: no JSON, and a body of more than 4 MiB', async () => {
    const person = await server.createOwner();
    const { key } = await createAgent(person, server.url);
    const authorization = `Bearer ${key}`;
    const large = await post(
      { authorization },
      { jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(5_000_000) } },
    );
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: 'payload_too_large', sentence: expect.stringContaining('4 MiB') });
    const broken = await fetch(endpoint(), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{',
    });
    expect(broken.status).toBe(400);
  });

  test('no key and no secret is logged', () => {
    expect(server.logged()).not.toMatch(/kt_agent_|kt-test-token/);
  });
});
