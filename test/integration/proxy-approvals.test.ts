// A call through an HTTP proxy that waits for the owner's word: from the request to what reaches the upstream, by every way it
// can end.

import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { callHttpProxy, expectPending, readProxyCalls, soon, toProxyUrl } from '../kit/asking-proxies.ts';
import { checkLog } from '../kit/check-log.ts';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { type AskingProxy, createAskingProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let upstream: HttpUpstream;
let owner: Owner;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});
beforeEach(async () => {
  owner = await server.createOwner();
  upstream.answer = (_request, response) => void response.end('ok');
});

const answer = (id: string, word: 'once' | 'remember' | 'deny', note?: string) =>
  owner.client.approvals.answer.mutate({ id, answer: word, note });

const createHttp = (rule: Parameters<typeof createAskingProxy>[1] = {}) =>
  createAskingProxy(owner, rule, { kind: 'http', upstreamUrl: `${upstream.url}/base` });

const callHttp = (made: AskingProxy, path?: string, init?: RequestInit, base = server.url) =>
  callHttpProxy(made, base, path, init);

const readCalls = () => readProxyCalls(owner);

describe('a call', () => {
  test('ok: held until it is approved, then sent; request, answer, use and result have one correlation id', async () => {
    const made = await createHttp();
    const sent = upstream.received.length;
    const held = callHttp(made, '/items?page=2', { method: 'POST', body: 'a body' });
    const asked = await waitForApproval(owner);
    expect(asked).toMatchObject({
      asker: {
        kind: 'proxy',
        id: made.proxy.id,
        name: made.proxy.name,
        keyHint: made.key.slice(-4),
        tool: 'POST /items',
        upstreamHost: upstream.host,
      },
      credentialId: made.credential.id,
      service: 'github',
      fields: ['value'],
      reason: null,
      client: 'nodejs',
      clientIp: '127.0.0.1',
      policies: [{ id: made.policy.id, name: 'Ask me first' }],
    });
    expect(upstream.received).toHaveLength(sent);
    await answer(asked.id, 'once');
    const answered = await held;
    expect([answered.status, await answered.text()]).toEqual([200, 'ok']);
    expect(upstream.received.at(-1)?.url).toBe('/base/items?page=2');
    await expect.poll(async () => (await readCalls()).length).toBe(4);
    const told = {
      tool: 'POST /items',
      upstreamHost: upstream.host,
      proxyId: made.proxy.id,
      proxyName: made.proxy.name,
    };
    expect(await readCalls()).toMatchObject([
      { ...told, type: 'vault_change', action: 'request', source: 'mcp_proxy', keyId: made.proxy.keys[0]?.id },
      { ...told, type: 'vault_change', action: 'approve', source: 'direct' },
      { ...told, type: 'agent_access', action: 'inject', source: 'mcp_proxy', fields: ['value'] },
      { ...told, type: 'agent_access', action: 'result', source: 'mcp_proxy', upstreamStatus: 200 },
    ]);
    for (const { correlationId } of await readCalls()) expect(correlationId).toBe(asked.correlationId);
    // Spent: the next one is asked for anew.
    await expectPending(await callHttp(made, '/items', { method: 'POST', ...soon }));
    await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
  });

  test('denied: 403 with the owner’s note, nothing is sent, and one refusal is recorded', async () => {
    const made = await createHttp();
    const sent = upstream.received.length;
    const held = callHttp(made);
    const { id } = await waitForApproval(owner);
    await answer(id, 'deny', 'not on Fridays');
    const answered = await held;
    expect(answered.status).toBe(403);
    expect(await answered.json()).toMatchObject({
      code: 'access_denied',
      rule: 'approval',
      note: 'not on Fridays',
      sentence: expect.stringContaining('“not on Fridays”'),
    });
    expect(upstream.received).toHaveLength(sent);
    expect((await readCalls()).filter(({ type }) => type === 'policy_denied')).toMatchObject([
      { action: 'inject', source: 'mcp_proxy', rule: 'approval', decidingPolicyId: made.policy.id, approvalId: id },
    ]);
  });

  test('timed out: nobody answers, which is a refusal that says so', async () => {
    const made = await createHttp({ withinSeconds: 5 });
    const held = callHttp(made);
    await waitForApproval(owner);
    server.advance(5_000);
    const answered = await held;
    expect(answered.status).toBe(403);
    expect(await answered.json()).toMatchObject({
      rule: 'approval',
      sentence: expect.stringContaining('did not answer within 5 seconds'),
    });
    expect((await readCalls()).filter(({ type }) => type === 'policy_denied')).toHaveLength(1);
  });

  test('pending: a caller that prefers not to wait is told to call again, which goes on waiting for the same answer', async () => {
    const made = await createHttp();
    for (let n = 0; n < 3; n++) await expectPending(await callHttp(made, '/items', soon));
    const { id } = await waitForApproval(owner);
    await answer(id, 'once');
    expect((await callHttp(made, '/items', soon)).status).toBe(200);
    expect((await readCalls()).filter(({ action }) => action === 'request')).toHaveLength(1);
  });

  test('an answer for one use is for that call: another method, path or key asks anew', async () => {
    const made = await createHttp();
    await expectPending(await callHttp(made, '/items', soon));
    const { id } = await waitForApproval(owner);
    await answer(id, 'once');
    await expectPending(await callHttp(made, '/others', soon));
    await expectPending(await callHttp(made, '/items', { method: 'DELETE', ...soon }));
    const rotated = await owner.client.proxies.rotateKey.mutate({ id: made.proxy.id, overlapMinutes: 60 });
    await expectPending(await callHttp({ ...made, key: rotated.key }, '/items', soon));
    expect((await callHttp(made, '/items', soon)).status).toBe(200);
  });

  test.each([
    ['/group%252Fproject', '/group%2Fproject'],
    ['/jobs/7%3Acancel', '/jobs/7:cancel'],
    ['/%25E2%2580%258B', '/%E2%80%8B'],
  ])('an answer for %s is none for %s', async (path, other) => {
    const made = await createHttp();
    await expectPending(await callHttp(made, path, soon));
    const { id } = await waitForApproval(owner);
    await answer(id, 'once');
    await expectPending(await callHttp(made, other, soon));
    expect((await callHttp(made, path, soon)).status).toBe(200);
  });

  test('for M minutes: other calls with the same key pass without asking, each with a tie to its own result', async () => {
    const made = await createHttp({ rememberMinutes: 15 });
    const held = callHttp(made);
    const { id, correlationId } = await waitForApproval(owner);
    await answer(id, 'remember');
    expect((await held).status).toBe(200);
    for (const path of ['/others', '/items']) expect((await callHttp(made, path, soon)).status).toBe(200);
    expect((await callHttp(made, '/items', { method: 'DELETE', ...soon })).status).toBe(200);
    await expect.poll(async () => (await readCalls()).filter(({ action }) => action === 'result').length).toBe(4);
    const uses = (await readCalls()).filter(({ action }) => action === 'inject');
    expect(uses.map(({ approvalId }) => approvalId)).toEqual([id, id, id, id]);
    expect(uses[0]?.correlationId).toBe(correlationId);
    expect(new Set(uses.map((use) => use.correlationId)).size).toBe(4);
    const rotated = await owner.client.proxies.rotateKey.mutate({ id: made.proxy.id, overlapMinutes: 60 });
    await expectPending(await callHttp({ ...made, key: rotated.key }, '/items', soon));
    server.advance(15 * 60_000);
    await expectPending(await callHttp(made, '/items', soon));
  });

  test('two devices at once: one decides, the call ends as that one said', async () => {
    const made = await createHttp();
    const held = callHttp(made);
    const { id } = await waitForApproval(owner);
    const answers = await Promise.all([answer(id, 'once'), answer(id, 'deny')]);
    const won = answers.find(({ decided }) => decided);
    expect(answers.filter(({ decided }) => decided)).toHaveLength(1);
    expect((await held).status).toBe(won?.approval.status === 'approved' ? 200 : 403);
  });

  test('two nodes: a call that one holds is approved at the other, and one that left the first is taken up by the second', async () => {
    const made = await createHttp();
    const other = await server.startNode();
    const held = callHttp(made, '/items', {}, other.url);
    const { id } = await waitForApproval(owner);
    await answer(id, 'once');
    expect((await held).status).toBe(200);
    await expectPending(await callHttp(made, '/items', soon));
    const { id: second } = await waitForApproval(owner);
    await answer(second, 'once');
    expect((await callHttp(made, '/items', soon, other.url)).status).toBe(200);
  });

  test('of three alike at once one goes out by one answer, the others go on asking', async () => {
    const made = await createHttp();
    const sent = upstream.received.length;
    const held = [1, 2, 3].map(() => callHttp(made, '/items', { headers: { prefer: 'wait=3' } }));
    const { id } = await waitForApproval(owner);
    await answer(id, 'once');
    await expect.poll(async () => (await waitForApproval(owner)).id).not.toBe(id);
    const statuses = (await Promise.all(held)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 408, 408]);
    expect(upstream.received).toHaveLength(sent + 1);
  });

  test.each([
    ['GET', {}],
    ['POST', { body: 'a body' }],
  ])(
    '%s: a caller that leaves ends its wait at once and is sent nothing for; its request stays, and its next call takes the answer',
    async (method, init) => {
      const made = await createHttp();
      const { accountId } = await owner.client.account.me.query();
      const waits = () => server.app.ctx.wakeups.countListeners(accountId, `approvals ${made.proxy.id}`);
      const sent = upstream.received.length;
      const gone = new AbortController();
      const held = callHttp(made, '/items', { method, ...init, signal: gone.signal }).catch(() => 'gone');
      const { id } = await waitForApproval(owner);
      expect(waits()).toBe(1);
      gone.abort();
      expect(await held).toBe('gone');
      await expect.poll(waits, { timeout: 1_000 }).toBe(0);
      await answer(id, 'once');
      expect(upstream.received).toHaveLength(sent);
      expect((await callHttp(made, '/items', { method, ...init, ...soon })).status).toBe(200);
      expect(upstream.received).toHaveLength(sent + 1);
    },
  );

  test('a body stays with its caller until the call is approved, and then arrives whole', async () => {
    const made = await createHttp();
    const total = 64 * 1024 * 1024;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let taken = 0;
    const body = new Readable({
      read() {
        this.push(taken < total ? chunk : null);
        taken += chunk.length;
      },
    });
    let arrived = 0;
    upstream.answer = (request, response) => {
      request.on('data', (bytes: Buffer) => {
        arrived += bytes.length;
      });
      request.on('end', () => response.end('ok'));
    };
    const headers = { authorization: `Bearer ${made.key}`, 'content-length': String(total) };
    const held = callPlainly(`${toProxyUrl(made, server.url)}/items`, { method: 'POST', headers, body });
    const { id } = await waitForApproval(owner);
    // What kernel and parser hold by themselves, and no more: it does not grow.
    expect(taken).toBeLessThan(total / 2);
    const { rss } = process.memoryUsage();
    const before = taken;
    await answer(id, 'once');
    expect((await held).status).toBe(200);
    expect([arrived, before < total]).toEqual([total, true]);
    expect(process.memoryUsage().rss - rss).toBeLessThan(total);
  });

  test('no credential: a proxy that injects nothing asks all the same', async () => {
    const made = await createAskingProxy(
      owner,
      {},
      { kind: 'http', upstreamUrl: upstream.url, credentialId: null, headers: {} },
    );
    const held = callHttp(made);
    const asked = await waitForApproval(owner);
    expect(asked).toMatchObject({ credentialId: null, credentialLabel: null, service: null, fields: [] });
    await answer(asked.id, 'once');
    expect((await held).status).toBe(200);
  });

  test('the owner’s own trial asks nobody', async () => {
    const { proxy } = await createHttp();
    expect(await owner.client.proxies.test.mutate({ id: proxy.id })).toMatchObject({
      outcome: 'answered',
      status: 200,
    });
    expect((await owner.client.inbox.get.query()).approvals).toEqual([]);
  });

  test('twenty wait; one more is refused at once with a sentence that says why', async () => {
    const made = await createHttp();
    for (let n = 0; n < 20; n++) await expectPending(await callHttp(made, `/items/${n}`, soon));
    const refused = await callHttp(made, '/items/20', soon);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ rule: 'approval', sentence: expect.stringContaining('too many') });
  });
});
