// What the owner approved is decided anew before it goes out: whatever has changed while a call through a proxy waited holds.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { callHttpProxy, expectPending, readProxyCalls, soon } from '../kit/asking-proxies.ts';
import { type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { createPolicy } from '../kit/policies.ts';
import { type AskingProxy, createAskingProxy, type ProxyEdit, toProxyEdit } from '../kit/proxies.ts';
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

const answer = (id: string) => owner.client.approvals.answer.mutate({ id, answer: 'once' });

const createHttp = () => createAskingProxy(owner, {}, { kind: 'http', upstreamUrl: `${upstream.url}/base` });

const callHttp = (made: AskingProxy, path?: string, init?: RequestInit, base = server.url) =>
  callHttpProxy(made, base, path, init);

const readCalls = () => readProxyCalls(owner);

const meanwhile: Record<string, (made: AskingProxy) => Promise<unknown>> = {
  key_revoked: ({ proxy }) => owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 }),
  proxy_disabled: ({ proxy }) => owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false }),
  credential_expired: ({ credential }) => owner.client.credentials.remove.mutate({ id: credential.id }),
  route: ({ proxy }) => changeProxy(proxy, { routes: [{ method: 'GET', path: '/others' }] }),
  client: ({ proxy }) =>
    createPolicy(owner, [{ type: 'client', kinds: ['browser'] }], [{ kind: 'proxy', id: proxy.id }]),
};

function changeProxy({ id, version, name, credentialId }: AskingProxy['proxy'], changes: Partial<ProxyEdit>) {
  const headers = { authorization: `Bearer \${TOKEN}` };
  const kept = { name, kind: 'http', upstreamUrl: `${upstream.url}/base`, credentialId, headers } as const;
  return owner.client.proxies.update.mutate({ id, version, proxy: toProxyEdit({ ...kept, ...changes }) });
}

test.each(Object.entries(meanwhile))('%s while it waited: refused, and nothing is sent', async (rule, change) => {
  const made = await createHttp();
  const sent = upstream.received.length;
  const held = callHttp(made);
  const { id, correlationId } = await waitForApproval(owner);
  await change(made);
  await answer(id);
  const answered = await held;
  expect([answered.status, await answered.json()]).toMatchObject([403, { rule }]);
  expect((await readCalls()).at(-1)).toMatchObject({ type: 'policy_denied', rule, approvalId: id, correlationId });
  expect(upstream.received).toHaveLength(sent);
});

test('a vault that is locked before the answer is taken up stays shut', async () => {
  const made = await createHttp();
  await expectPending(await callHttp(made, '/items', soon));
  const { id } = await waitForApproval(owner);
  await answer(id);
  await owner.client.vault.lock.mutate();
  const refused = await callHttp(made);
  expect([refused.status, await refused.json()]).toMatchObject([423, { rule: 'vault_locked' }]);
});

test('a proxy that was removed knows nobody', async () => {
  const gone = await createHttp();
  const heldByGone = callHttp(gone);
  const { id: first } = await waitForApproval(owner);
  await owner.client.proxies.remove.mutate({ id: gone.proxy.id });
  await answer(first);
  expect((await heldByGone).status).toBe(401);
});

test('a proxy that leads elsewhere asks again, and goes where it leads now', async () => {
  const elsewhere = await startHttpUpstream();
  elsewhere.answer = (_request, response) => void response.end('elsewhere');
  const made = await createHttp();
  const held = callHttp(made);
  const { id: second } = await waitForApproval(owner);
  await changeProxy(made.proxy, { upstreamUrl: elsewhere.url });
  await answer(second);
  await expect.poll(async () => (await waitForApproval(owner)).asker).toMatchObject({ upstreamHost: elsewhere.host });
  await answer((await waitForApproval(owner)).id);
  expect(await (await held).text()).toBe('elsewhere');
  await elsewhere.stop();
});

test('a policy that asks and is attached later asks for itself, whatever was remembered for the key', async () => {
  const made = await createAskingProxy(
    owner,
    { rememberMinutes: 60 },
    { kind: 'http', upstreamUrl: `${upstream.url}/base` },
  );
  const held = callHttp(made);
  const { id } = await waitForApproval(owner);
  await owner.client.approvals.answer.mutate({ id, answer: 'remember' });
  expect((await held).status).toBe(200);
  expect((await callHttp(made, '/others', soon)).status).toBe(200);
  const asks = { type: 'approval', withinSeconds: 60, rememberMinutes: 60 } as const;
  await createPolicy(owner, [asks], [{ kind: 'credential', id: made.credential.id }]);
  const sent = upstream.received.length;
  await expectPending(await callHttp(made, '/others', soon));
  expect((await waitForApproval(owner)).policies).toHaveLength(2);
  expect(upstream.received).toHaveLength(sent);
});

test('an answer is not spent on a call that a full counter refuses', async () => {
  const made = await createHttp();
  const limit = { type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' } as const;
  await createPolicy(owner, [limit], [{ kind: 'proxy', id: made.proxy.id }]);
  const held = callHttp(made);
  await answer((await waitForApproval(owner)).id);
  expect((await held).status).toBe(200);
  await expectPending(await callHttp(made, '/items', soon));
  await answer((await waitForApproval(owner)).id);
  for (let n = 0; n < 2; n++) {
    const refused = await callHttp(made, '/items', soon);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.any(String)]);
  }
  expect((await readCalls()).filter(({ action }) => action === 'request')).toHaveLength(2);
});
