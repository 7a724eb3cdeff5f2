// Waiting for the owner's word, below the access: what is asked, joined, answered, spent and left to run out.

import { randomBytes } from 'node:crypto';
import { type ApprovedUse, answerApproval, spendApproval } from '@keytrail/server/agents/approval-answers';
import { expireDueApprovals } from '@keytrail/server/agents/approval-expiry';
import { awaitApproval } from '@keytrail/server/agents/approvals';
import { connectClient } from '@keytrail/server/agents/connect-client';
import { dropConnection } from '@keytrail/server/agents/connections';
import { findAgentByKey } from '@keytrail/server/auth/agent-keys';
import type { AgentPrincipal, OwnerPrincipal } from '@keytrail/server/auth/principal';
import { withAccount } from '@keytrail/server/base/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { checkLog } from '../kit/check-log.ts';
import { getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const policy = { id: '00000000-0000-7000-8000-000000000001', name: 'Ask me first' };

/** An agent that must ask, and what it asks for. */
async function arrange(need: { withinSeconds?: number; rememberMinutes?: number } = {}) {
  const { ctx } = server.app;
  const owner = await server.createOwner();
  const furniture = await createGrantedAgent(owner, server.url);
  const found = await findAgentByKey(ctx, furniture.key);
  if (found === null) throw new Error('the agent has its key');
  const agent: AgentPrincipal = { kind: 'agent', ...found, requester: { client: 'nodejs', clientIp: '10.0.4.7' } };
  const person: OwnerPrincipal = {
    kind: 'owner',
    accountId: agent.accountId,
    email: owner.email,
    name: 'Test Person',
    requester: { client: 'browser', clientIp: '203.0.113.7' },
  };
  const ask = {
    need: { policies: [policy], withinSeconds: 60, rememberMinutes: 0, ...need },
    asker: { kind: 'agent', by: agent, grantId: furniture.grant.id, reason: 'nightly deploy' } as const,
    credential: furniture.credential,
    fields: ['value'],
  };
  const request = (waitMs = 20_000, signal?: AbortSignal) => awaitApproval(ctx, ask, { waitMs, signal });
  const use = { policies: ask.need.policies, grantId: furniture.grant.id };
  const spend = (id: string, changes: Partial<ApprovedUse> = {}) =>
    withAccount(ctx.db, agent.accountId, (tx) => spendApproval(tx, ctx, agent.accountId, id, { ...use, ...changes }));
  return { owner, agent, person, ask, request, spend };
}

async function waitForOne(owner: Owner) {
  await expect.poll(async () => (await owner.client.inbox.get.query()).approvals.length).toBe(1);
  const [approval] = (await owner.client.inbox.get.query()).approvals;
  if (approval === undefined) throw new Error('polled for');
  return approval;
}

async function readLog(owner: Owner) {
  return (await owner.client.audit.since.query({ from: 0 })).events;
}

test('ok: an answer wakes the request, is spent once, and all of it has one correlation id', async () => {
  const { owner, request, spend, agent } = await arrange();
  const waiting = request();
  const asked = await waitForOne(owner);
  expect(asked).toMatchObject({
    status: 'waiting',
    asker: { kind: 'agent', id: agent.agentId, name: 'deploy-bot' },
    service: 'github',
    credentialLabel: 'main',
    fields: ['value'],
    reason: 'nightly deploy',
    client: 'nodejs',
    clientIp: '10.0.4.7',
    policies: [policy],
  });
  const { decided, approval } = await owner.client.approvals.answer.mutate({ id: asked.id, answer: 'once' });
  expect(decided).toBe(true);
  expect(approval).toMatchObject({ status: 'approved', answeredFrom: 'Node.js, 127.0.0.1', holdsUntil: null });
  const outcome = await waiting;
  expect(outcome).toEqual({
    outcome: 'approved',
    approvalId: asked.id,
    correlationId: asked.correlationId,
    isFirstUse: true,
  });
  expect(await Promise.all([spend(asked.id), spend(asked.id)])).toContain(false);
  expect(await spend(asked.id)).toBe(false);
  const tied = (await readLog(owner)).filter(({ correlationId }) => correlationId === asked.correlationId);
  expect(tied.map(({ type, action, source, title }) => [type, action, source, title])).toEqual([
    ['vault_change', 'request', 'agent', 'Approval requested'],
    ['vault_change', 'approve', 'direct', 'Approval given'],
  ]);
  await checkLog(server.databaseUrl, agent.accountId);
});

test('denied: the agent gets the owner’s word, once; the access is refused in the log', async () => {
  const { owner, request } = await arrange();
  const waiting = request();
  const asked = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id: asked.id, answer: 'deny', note: 'not before Monday' });
  expect(await waiting).toMatchObject({ outcome: 'denied', note: 'not before Monday' });
  const log = await readLog(owner);
  expect(log.slice(-2)).toMatchObject([
    { action: 'refuse', source: 'direct', note: 'not before Monday' },
    {
      type: 'policy_denied',
      rule: 'approval',
      source: 'agent',
      reason: 'nightly deploy',
      decidingPolicyId: policy.id,
      policyName: policy.name,
      note: 'not before Monday',
      approvalId: asked.id,
    },
  ]);
  expect(await request(0)).toMatchObject({ outcome: 'waiting' });
  expect((await readLog(owner)).at(-1)).toMatchObject({ action: 'request' });
});

test('a refusal that was given while the agent was away reaches it when it comes back', async () => {
  const { owner, request } = await arrange();
  expect(await request(0)).toMatchObject({ outcome: 'waiting' });
  const asked = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id: asked.id, answer: 'deny' });
  expect(await request()).toMatchObject({ outcome: 'denied', event: { approvalId: asked.id } });
});

test('one answer given while the agent was away is good for five minutes; a remembered one for as long as it holds', async () => {
  const { owner, request, spend } = await arrange({ rememberMinutes: 15 });
  await request(0);
  const first = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id: first.id, answer: 'once' });
  server.advance(4 * 60_000);
  expect(await request()).toMatchObject({ outcome: 'approved', approvalId: first.id });
  server.advance(60_000);
  expect(await spend(first.id)).toBe(false);
  expect(await request(0)).toMatchObject({ outcome: 'waiting' });
  const second = await waitForOne(owner);
  const { approval } = await owner.client.approvals.answer.mutate({ id: second.id, answer: 'remember' });
  expect(approval.holdsUntil).not.toBeNull();
  for (const minutes of [0, 7, 7]) {
    server.advance(minutes * 60_000);
    expect(await request()).toMatchObject({ outcome: 'approved', approvalId: second.id });
    expect(await spend(second.id)).toBe(true);
  }
  server.advance(2 * 60_000);
  expect(await spend(second.id)).toBe(false);
  expect(await request(0)).toMatchObject({ outcome: 'waiting' });
});

test('a remembered answer holds for no longer than the policies allow today', async () => {
  const { owner, ask, request } = await arrange({ rememberMinutes: 60 });
  await request(0);
  const asked = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id: asked.id, answer: 'remember' });
  expect(await request()).toMatchObject({ outcome: 'approved' });
  server.advance(6 * 60_000);
  const stricter = { ...ask, need: { ...ask.need, rememberMinutes: 0 } };
  expect(await awaitApproval(server.app.ctx, stricter, { waitMs: 0 })).toMatchObject({ outcome: 'waiting' });
});

const other = { id: '00000000-0000-7000-8000-000000000002', name: 'Ask me, too' };

test('an answer covers what fewer policies ask, never what another one asks or another grant', async () => {
  const { owner, ask, request, spend } = await arrange({ rememberMinutes: 60 });
  const { ctx } = server.app;
  const askBy = (policies: (typeof policy)[], grantId = ask.asker.grantId) =>
    awaitApproval(ctx, { ...ask, need: { ...ask.need, policies }, asker: { ...ask.asker, grantId } }, { waitMs: 0 });
  await askBy([policy, other]);
  const { id } = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id, answer: 'remember' });
  const third = { id: '00000000-0000-7000-8000-000000000003', name: 'Me as well' };
  expect(await request(0)).toMatchObject({ outcome: 'approved', approvalId: id });
  expect(await spend(id, { policies: [policy, other, third] })).toBe(false);
  expect(await spend(id, { grantId: third.id })).toBe(false);
  expect(await spend(id, { grantId: null })).toBe(false);
  expect(await spend(id)).toBe(true);
  expect(await askBy([policy, third])).toMatchObject({ outcome: 'waiting' });
  expect(await askBy([other])).toMatchObject({ outcome: 'approved', approvalId: id });
  const { agentId } = ask.asker.by;
  const anew = await owner.client.grants.create.mutate({ agentId, credentialId: ask.credential.id });
  expect(await askBy([policy], anew.id)).toMatchObject({ outcome: 'waiting' });
});

type Arranged = Awaited<ReturnType<typeof arrange>>;

const before: Record<string, (arranged: Arranged) => Promise<unknown>> = {
  'a grant that was revoked': ({ owner, ask }) => owner.client.grants.revoke.mutate({ id: ask.asker.grantId }),
  'a credential that was removed': ({ owner, ask }) =>
    owner.client.credentials.remove.mutate({ id: ask.credential.id }),
  'an agent that was suspended': ({ owner, agent }) => owner.client.agents.suspend.mutate({ id: agent.agentId }),
  'an agent that was removed': ({ owner, agent }) => owner.client.agents.remove.mutate({ id: agent.agentId }),
  'a key that was replaced': ({ owner, agent }) => owner.client.agents.rotateKey.mutate({ id: agent.agentId }),
};
test.each(Object.entries(before))(
  'the owner is not asked about %s between decision and question',
  async (_, change) => {
    const arranged = await arrange();
    await change(arranged);
    expect(await arranged.request(0)).toEqual({ outcome: 'ended', tie: null });
    expect((await arranged.owner.client.inbox.get.query()).approvals).toEqual([]);
  },
);

test('what a connected client waits for ends with its connection, by whomever that is ended', async () => {
  const { owner, agent, person, ask } = await arrange();
  const { ctx } = server.app;
  const client = {
    clientHash: randomBytes(32),
    clientName: 'Some editor',
    describedAt: null,
    redirectUri: 'http://127.0.0.1/back',
    codeChallenge: 'x'.repeat(43),
  };
  const connect = () => connectClient(ctx, person, { kind: 'existing', id: agent.agentId }, client);
  const endings = [
    (connectionId: string) => owner.client.agents.endConnection.mutate({ id: agent.agentId, connectionId }),
    (id: string) => dropConnection(ctx, { accountId: agent.accountId, id }, agent.requester, 'It gave itself up.'),
    connect,
  ];
  for (const end of endings) {
    await connect();
    const [listed] = await owner.client.agents.list.query();
    const keyId = listed?.connections[0]?.id ?? '';
    const asker = { ...ask.asker, by: { ...agent, keyId } };
    const waiting = awaitApproval(ctx, { ...ask, asker }, { waitMs: 20_000 });
    const { id: approvalId, correlationId } = await waitForApproval(owner);
    await end(keyId);
    expect(await waiting).toEqual({ outcome: 'ended', tie: { approvalId, correlationId } });
    const tied = (await readLog(owner)).filter((event) => event.correlationId === correlationId);
    expect(tied.map(({ title }) => title)).toEqual(['Approval requested', 'Approval request ended']);
  }
});

test('two devices at once: one decides, the other is told what was decided and from where', async () => {
  const { owner, person, request } = await arrange();
  await request(0);
  const { id } = await waitForOne(owner);
  const elsewhere = { ...person, requester: { client: 'cli', clientIp: '198.51.100.4' } } as const;
  const answers = await Promise.all([
    answerApproval(server.app.ctx, person, { id, answer: 'once' }),
    answerApproval(server.app.ctx, elsewhere, { id, answer: 'deny' }),
  ]);
  const won = answers.find(({ decided }) => decided);
  const lost = answers.find(({ decided }) => !decided);
  expect(won?.approval).toEqual(lost?.approval);
  expect(['Browser, 203.0.113.7', 'CLI, 198.51.100.4']).toContain(lost?.approval.answeredFrom);
  const answered = (await readLog(owner)).filter(({ action }) => action === 'approve' || action === 'refuse');
  expect(answered).toHaveLength(1);
});

test('expired: nobody answers, and there is one refusal, whoever noticed', async () => {
  const { owner, request } = await arrange({ withinSeconds: 5 });
  const waiting = request();
  const { id } = await waitForOne(owner);
  server.advance(5_000);
  const late = owner.client.approvals.answer.mutate({ id, answer: 'once' });
  await Promise.all([expireDueApprovals(server.app.ctx), expireDueApprovals(server.app.ctx), late]);
  expect(await late).toMatchObject({ decided: false, approval: { status: 'expired' } });
  expect(await waiting).toMatchObject({
    outcome: 'expired',
    note: null,
    because: 'The owner did not answer within 5 seconds',
  });
  const refusals = (await readLog(owner)).filter(({ type }) => type === 'policy_denied');
  expect(refusals).toMatchObject([{ rule: 'approval', approvalId: id }]);
});

test('an agent that has gone ends its wait, not its request; the same request joins it', async () => {
  const { owner, request } = await arrange();
  const gone = new AbortController();
  const first = request(20_000, gone.signal);
  const { id } = await waitForOne(owner);
  gone.abort();
  expect(await first).toMatchObject({ outcome: 'waiting' });
  const again = [request(), request()];
  await owner.client.approvals.answer.mutate({ id, answer: 'once' });
  for (const outcome of await Promise.all(again)) expect(outcome).toMatchObject({ approvalId: id });
  expect((await readLog(owner)).filter(({ action }) => action === 'request')).toHaveLength(1);
});

test('twenty requests of one agent wait; the next is refused without asking', async () => {
  const { ask, owner } = await arrange();
  const askFor = (field: string) => awaitApproval(server.app.ctx, { ...ask, fields: [field] }, { waitMs: 0 });
  const outcomes = await Promise.all(Array.from({ length: 25 }, (_, n) => askFor(`field-${n}`)));
  expect(outcomes.filter(({ outcome }) => outcome === 'waiting')).toHaveLength(20);
  expect(outcomes.filter(({ outcome }) => outcome === 'crowded')).toHaveLength(5);
  expect((await owner.client.inbox.get.query()).approvals).toHaveLength(20);
});

test('an answer on one node wakes the request on another', async () => {
  const { owner, ask, request } = await arrange();
  const node = await server.startNode();
  const startedAt = performance.now();
  const waiting = awaitApproval(node.ctx, ask, { waitMs: 20_000 });
  const { id } = await waitForOne(owner);
  await owner.client.approvals.answer.mutate({ id, answer: 'once' });
  expect(await waiting).toMatchObject({ outcome: 'approved' });
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect(await request()).toMatchObject({ outcome: 'approved' });
});

test('invalid: remembering where the policy asks every time; not found: somebody else’s request', async () => {
  const { owner, request } = await arrange();
  await request(0);
  const { id } = await waitForOne(owner);
  const remember = owner.client.approvals.answer.mutate({ id, answer: 'remember' });
  expect(await getRefusal(remember)).toMatchObject({ status: 400, code: 'invalid_input' });
  const other = await server.createOwner();
  const foreign = other.client.approvals.answer.mutate({ id, answer: 'once' });
  expect(await getRefusal(foreign)).toMatchObject({ status: 404, code: 'not_found' });
  expect((await other.client.inbox.get.query()).approvals).toEqual([]);
});
