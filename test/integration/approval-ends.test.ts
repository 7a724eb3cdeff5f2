// What waits for the owner's word ends as soon as it has become impossible: who waits is refused by what really stands in the
// way, the inbox is rid of it, and an answer that comes after it lets nobody in.

import { awaitApproval } from '@keytrail/server/agents/approvals';
import { loadProxyByKey } from '@keytrail/server/vault/proxy-load';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { callHttpProxy, soon } from '../kit/asking-proxies.ts';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { type AskingProxy, createAskingProxy, type ProxyEdit, toProxyEdit } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAskingAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let upstream: HttpUpstream;
let owner: Owner;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  upstream.answer = (_request, response) => void response.end('ok');
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1', KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
});
beforeEach(async () => {
  owner = await server.createOwner();
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

const approve = (id: string) => owner.client.approvals.answer.mutate({ id, answer: 'once' });

async function readTied(correlationId: string) {
  const { events } = await owner.client.audit.since.query({ from: 0 });
  return events.filter((event) => event.correlationId === correlationId);
}

async function countRefusals(): Promise<number> {
  const { events } = await owner.client.audit.since.query({ from: 0 });
  return events.filter(({ type }) => type === 'policy_denied').length;
}

/** Nobody is shown it as waiting, and an answer comes too late. */
async function expectEnded(id: string) {
  const { approvals } = await owner.client.inbox.get.query();
  expect(approvals.map((approval) => [approval.id, approval.status])).toEqual([[id, 'ended']]);
  expect(await approve(id)).toMatchObject({ decided: false, approval: { status: 'ended', answeredFrom: null } });
}

type Asking = Awaited<ReturnType<typeof createAskingAgent>>;

const impossible: Record<string, { rule: string; status: number; change: (asking: Asking) => Promise<unknown> }> = {
  'the grant is revoked': {
    rule: 'grant_revoked',
    status: 403,
    change: ({ grant }) => owner.client.grants.revoke.mutate({ id: grant.id }),
  },
  'the agent is suspended': {
    rule: 'agent_suspended',
    status: 403,
    change: ({ agent }) => owner.client.agents.suspend.mutate({ id: agent.id }),
  },
  'the key is replaced': {
    rule: 'key_revoked',
    status: 403,
    change: ({ agent }) => owner.client.agents.rotateKey.mutate({ id: agent.id }),
  },
  'the credential is removed': {
    rule: 'grant_missing',
    status: 403,
    change: ({ credential }) => owner.client.credentials.remove.mutate({ id: credential.id }),
  },
  'the agent is removed': {
    rule: 'key_revoked',
    status: 401,
    change: ({ agent }) => owner.client.agents.remove.mutate({ id: agent.id }),
  },
};

describe('an agent’s fetch', () => {
  test.each(Object.entries(impossible))(
    '%s: refused at once, recorded once',
    async (_name, { rule, status, change }) => {
      const asking = await createAskingAgent(owner, server.url);
      const refused = getRefusal(asking.client.agent.credential.mutate({ service: 'github' }));
      const { id, correlationId } = await waitForApproval(owner);
      await change(asking);
      expect(await refused).toMatchObject(status === 401 ? { status, code: 'unauthorized' } : { status, rule });
      await expectEnded(id);
      expect(await readTied(correlationId)).toMatchObject([
        { type: 'vault_change', title: 'Approval requested' },
        { type: 'vault_change', action: 'refuse', source: 'direct', title: 'Approval request ended', approvalId: id },
        { type: 'policy_denied', source: 'agent', rule, approvalId: id },
      ]);
      expect(await countRefusals()).toBe(1);
      await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
    },
  );

  test('for which nobody waits any more ends without a refusal', async () => {
    const { client, grant } = await createAskingAgent(owner, server.url);
    await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
    const { id, correlationId } = await waitForApproval(owner);
    await owner.client.grants.revoke.mutate({ id: grant.id });
    await expectEnded(id);
    expect((await readTied(correlationId)).map(({ title }) => title)).toEqual([
      'Approval requested',
      'Approval request ended',
    ]);
  });

  test('suspended, approved, resumed: the answer that came between lets nobody in', async () => {
    const { client, agent } = await createAskingAgent(owner, server.url, { rememberMinutes: 60 });
    await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
    const { id } = await waitForApproval(owner);
    await owner.client.agents.suspend.mutate({ id: agent.id });
    const late = await owner.client.approvals.answer.mutate({ id, answer: 'remember' });
    expect(late).toMatchObject({ decided: false });
    await owner.client.agents.resume.mutate({ id: agent.id });
    const again = client.agent.credential.mutate({ service: 'github' });
    const asked = await waitForApproval(owner);
    expect(asked.id).not.toBe(id);
    await approve(asked.id);
    expect((await again).values.value).toBe(tokenValue);
  });

  test('goes on by a grant that takes the place of the old one, once the owner was asked about that', async () => {
    const { client, agent, credential } = await createAskingAgent(owner, server.url);
    const fetched = client.agent.credential.mutate({ service: 'github' });
    const first = await waitForApproval(owner);
    await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
    await expect.poll(async () => (await waitForApproval(owner)).id).not.toBe(first.id);
    await approve((await waitForApproval(owner)).id);
    expect((await fetched).values.value).toBe(tokenValue);
  });

  test('that another node holds is refused there, and others’ requests go on waiting', async () => {
    const asking = await createAskingAgent(owner, server.url);
    const node = await server.startNode();
    const other = await owner.client.agents.create.mutate({ name: 'other', description: '' });
    await owner.client.grants.create.mutate({ agentId: other.agent.id, credentialId: asking.credential.id });
    const targets = [{ kind: 'agent' as const, id: other.agent.id }];
    await owner.client.policies.attach.mutate({ id: asking.policy.id, targets });
    const kept = createClient(server.url, other.key).agent.credential.mutate({ service: 'github' });
    const { id } = await waitForApproval(owner);
    const elsewhere = createClient(node.url, asking.key);
    const refused = getRefusal(elsewhere.agent.credential.mutate({ service: 'github' }));
    await expect.poll(async () => (await owner.client.inbox.get.query()).approvals.length).toBe(2);
    const startedAt = performance.now();
    await owner.client.agents.suspend.mutate({ id: asking.agent.id });
    expect(await refused).toMatchObject({ rule: 'agent_suspended' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect((await waitForApproval(owner)).id).toBe(id);
    await approve(id);
    expect((await kept).values.value).toBe(tokenValue);
  });
});

const impossibleCalls: Record<
  string,
  { rule: string; status: number; change: (made: AskingProxy) => Promise<unknown> }
> = {
  'the proxy is switched off': {
    rule: 'proxy_disabled',
    status: 403,
    change: ({ proxy }) => owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false }),
  },
  'an edit switches it off': {
    rule: 'proxy_disabled',
    status: 403,
    change: ({ proxy }) => edit(proxy, { enabled: false }),
  },
  'the key is replaced': {
    rule: 'key_revoked',
    status: 403,
    change: ({ proxy }) => owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 }),
  },
  'the credential is removed': {
    rule: 'credential_expired',
    status: 403,
    change: ({ credential }) => owner.client.credentials.remove.mutate({ id: credential.id }),
  },
  'the proxy is removed': {
    rule: 'key_revoked',
    status: 401,
    change: ({ proxy }) => owner.client.proxies.remove.mutate({ id: proxy.id }),
  },
};

function edit({ id, version, name, upstreamUrl, credentialId }: AskingProxy['proxy'], changes: Partial<ProxyEdit>) {
  const headers = { authorization: `Bearer \${TOKEN}` };
  const proxy = toProxyEdit({ name, kind: 'http', upstreamUrl, credentialId, headers, ...changes });
  return owner.client.proxies.update.mutate({ id, version, proxy });
}

const createHttp = () => createAskingProxy(owner, {}, { kind: 'http', upstreamUrl: `${upstream.url}/base` });

describe('a call through a proxy', () => {
  test.each(Object.entries(impossibleCalls))(
    '%s: refused at once, recorded once',
    async (_name, { rule, status, change }) => {
      const made = await createHttp();
      const sent = upstream.received.length;
      const held = callHttpProxy(made, server.url);
      const { id, correlationId } = await waitForApproval(owner);
      await change(made);
      expect((await held).status).toBe(status);
      await expectEnded(id);
      expect(await readTied(correlationId)).toMatchObject([
        { type: 'vault_change', title: 'Approval requested' },
        { type: 'vault_change', action: 'refuse', source: 'direct', title: 'Approval request ended', approvalId: id },
        { type: 'policy_denied', source: 'mcp_proxy', rule, approvalId: id },
      ]);
      expect(await countRefusals()).toBe(1);
      expect(upstream.received).toHaveLength(sent);
    },
  );

  test.each([
    [
      'switched off',
      ({ proxy }: AskingProxy) => owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false }),
    ],
    ['removed', ({ proxy }: AskingProxy) => owner.client.proxies.remove.mutate({ id: proxy.id })],
    [
      'without its key',
      ({ proxy }: AskingProxy) => owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 }),
    ],
    [
      'without its credential',
      ({ credential }: AskingProxy) => owner.client.credentials.remove.mutate({ id: credential.id }),
    ],
  ])('of a proxy that is %s between decision and question is not asked about', async (_name, change) => {
    const made = await createHttp();
    const { ctx } = server.app;
    const loaded = await loadProxyByKey(ctx, made.key, { client: 'nodejs' });
    const keyId = loaded?.by.keyId;
    if (loaded === null || keyId === null || keyId === undefined) throw new Error('the proxy has its key');
    await change(made);
    const asker = {
      kind: 'proxy',
      by: { ...loaded.by, keyId },
      tool: 'GET /items',
      upstreamHost: upstream.host,
    } as const;
    const need = { policies: [made.policy], withinSeconds: 60, rememberMinutes: 0 };
    const ask = { asker, need, credential: made.credential, fields: ['value'] };
    expect(await awaitApproval(ctx, ask, { waitMs: 0 })).toEqual({ outcome: 'ended', tie: null });
    expect((await owner.client.inbox.get.query()).approvals).toEqual([]);
  });

  test('an old key that works beside the newest is ended with what waits by it', async () => {
    const made = await createHttp();
    await owner.client.proxies.rotateKey.mutate({ id: made.proxy.id, overlapMinutes: 60 });
    const held = callHttpProxy(made, server.url);
    const { id } = await waitForApproval(owner);
    await owner.client.proxies.endOldKeys.mutate({ id: made.proxy.id });
    expect((await held).status).toBe(403);
    await expectEnded(id);
  });

  test('an edit that leads it nowhere else leaves what waits with the owner', async () => {
    const made = await createHttp();
    await callHttpProxy(made, server.url, '/items', soon);
    const { id } = await waitForApproval(owner);
    await edit(made.proxy, { upstreamUrl: `${upstream.url}/other` });
    expect((await waitForApproval(owner)).id).toBe(id);
  });
});
