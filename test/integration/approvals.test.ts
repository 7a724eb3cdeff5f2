// An agent's fetch that waits for the owner's word, from the request to the use, by every way it can end.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createAskingAgent, createToken, tokenValue } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function readLog(owner: Owner) {
  return (await owner.client.audit.since.query({ from: 0 })).events;
}

const answer = (owner: Owner, id: string, word: 'once' | 'remember' | 'deny', note?: string) =>
  owner.client.approvals.answer.mutate({ id, answer: word, note });

test('ok: approved once, the secret arrives; request, answer and use are tied together in the log', async () => {
  const owner = await server.createOwner();
  const { client, policy, credential } = await createAskingAgent(owner, server.url);
  const fetched = client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  const asked = await waitForApproval(owner);
  expect(asked).toMatchObject({ reason: 'nightly deploy', policies: [{ id: policy.id, name: 'Ask me first' }] });
  await answer(owner, asked.id, 'once');
  expect((await fetched).values.value).toBe(tokenValue);
  const tied = await owner.client.audit.related.query({ correlationId: asked.correlationId });
  expect(tied.map(({ type, action, source, approvalId }) => [type, action, source, approvalId])).toEqual([
    ['vault_change', 'request', 'agent', asked.id],
    ['vault_change', 'approve', 'direct', asked.id],
    ['agent_access', 'fetch', 'agent', asked.id],
  ]);
  expect(tied[2]).toMatchObject({ credentialId: credential.id, policyIds: [policy.id], fields: ['value'] });
  // Spent: the next one is asked for anew.
  const again = await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
  expect(again).toMatchObject({ status: 408, code: 'approval_pending' });
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
});

test('ok: remembered, it is not asked again until the time is over', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url, { rememberMinutes: 15 });
  const fetched = client.agent.credential.mutate({ service: 'github' });
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'remember');
  await fetched;
  const more = await Promise.all([1, 2, 3].map(() => client.agent.credential.mutate({ service: 'github' })));
  expect(more.map(({ values }) => values.value)).toEqual([tokenValue, tokenValue, tokenValue]);
  expect((await readLog(owner)).filter(({ type }) => type === 'agent_access')).toMatchObject(
    Array.from({ length: 4 }, () => ({ approvalId: id })),
  );
  server.advance(15 * 60_000);
  const late = await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
  expect(late).toMatchObject({ code: 'approval_pending' });
});

test('denied: the agent gets the owner’s note with 403, and one refusal is recorded', async () => {
  const owner = await server.createOwner();
  const { client, policy } = await createAskingAgent(owner, server.url);
  const refused = getRefusal(client.agent.credential.mutate({ service: 'github' }));
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'deny', 'use the staging token');
  expect(await refused).toMatchObject({
    status: 403,
    code: 'access_denied',
    rule: 'approval',
    note: 'use the staging token',
    sentence: expect.stringContaining('use the staging token'),
  });
  const denials = (await readLog(owner)).filter(({ type }) => type === 'policy_denied');
  expect(denials).toMatchObject([{ rule: 'approval', decidingPolicyId: policy.id, note: 'use the staging token' }]);
});

test('timed out: nobody answers, which is a refusal that says so', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url, { withinSeconds: 5 });
  const refused = getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await waitForApproval(owner);
  server.advance(5_000);
  expect(await refused).toMatchObject({
    status: 403,
    rule: 'approval',
    sentence: expect.stringContaining('did not answer within 5 seconds'),
  });
  expect((await readLog(owner)).filter(({ type }) => type === 'policy_denied')).toHaveLength(1);
});

test('pending: too short a wait says to call again, which goes on waiting for the same answer', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url);
  for (let n = 0; n < 3; n++) {
    const pending = await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
    expect(pending).toMatchObject({
      status: 408,
      code: 'approval_pending',
      sentence: expect.stringContaining('again'),
    });
  }
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'once');
  expect((await client.agent.credential.mutate({ service: 'github', waitSeconds: 0 })).values.value).toBe(tokenValue);
  expect((await readLog(owner)).filter(({ action }) => action === 'request')).toHaveLength(1);
});

test('a client that goes away ends its wait at once; its request stays until it is answered', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createAskingAgent(owner, server.url);
  const { accountId } = await owner.client.account.me.query();
  const waits = () => server.app.ctx.wakeups.countListeners(accountId, `approvals ${agent.id}`);
  const gone = new AbortController();
  const fetched = client.agent.credential.mutate({ service: 'github' }, { signal: gone.signal }).catch(() => 'gone');
  const { id } = await waitForApproval(owner);
  expect(waits()).toBe(1);
  gone.abort();
  expect(await fetched).toBe('gone');
  await expect.poll(waits, { timeout: 1_000 }).toBe(0);
  expect(await waitForApproval(owner)).toMatchObject({ id });
  await answer(owner, id, 'once');
  expect((await client.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
});

const meanwhile: Record<
  string,
  (owner: Owner, asking: Awaited<ReturnType<typeof createAskingAgent>>) => Promise<unknown>
> = {
  grant_revoked: (owner, { grant }) => owner.client.grants.revoke.mutate({ id: grant.id }),
  agent_suspended: (owner, { agent }) => owner.client.agents.suspend.mutate({ id: agent.id }),
  key_revoked: (owner, { agent }) => owner.client.agents.rotateKey.mutate({ id: agent.id }),
  client: (owner, { policy: { id, version, name, description, mode } }) =>
    owner.client.policies.update.mutate({
      id,
      version,
      name,
      description,
      mode,
      rules: [
        { type: 'client', kinds: ['browser'] },
        { type: 'approval', withinSeconds: 60, rememberMinutes: 0 },
      ],
    }),
};
for (const [rule, change] of Object.entries(meanwhile)) {
  test(`decided anew after the approval: ${rule} while it waited`, async () => {
    const owner = await server.createOwner();
    const asking = await createAskingAgent(owner, server.url);
    const refused = getRefusal(asking.client.agent.credential.mutate({ service: 'github' }));
    const { id, correlationId } = await waitForApproval(owner);
    await change(owner, asking);
    await answer(owner, id, 'once');
    expect(await refused).toMatchObject({ status: 403, rule });
    expect((await readLog(owner)).at(-1)).toMatchObject({ type: 'policy_denied', rule, approvalId: id, correlationId });
  });
}

test('decided anew: a vault that is locked while an approved agent is on its way stays shut', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url);
  await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'once');
  await owner.client.vault.lock.mutate();
  const refused = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refused).toMatchObject({ status: 423, rule: 'vault_locked' });
});

test('decided anew: a field that the credential has gained was not approved', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url);
  const credential = await owner.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'prod',
    secret: { ACCESS_KEY: 'one' },
  });
  const { agentId } = await client.agent.whoami.query();
  await owner.client.grants.create.mutate({ agentId, credentialId: credential.id });
  const fetched = client.agent.credential.mutate({ service: 'aws' });
  const first = await waitForApproval(owner);
  await owner.client.credentials.update.mutate({
    id: credential.id,
    version: credential.version,
    secret: { ACCESS_KEY: 'one', SECRET_KEY: 'two' },
  });
  await answer(owner, first.id, 'once');
  await expect.poll(async () => (await waitForApproval(owner)).id).not.toBe(first.id);
  const second = await waitForApproval(owner);
  expect(second.fields).toEqual(['ACCESS_KEY', 'SECRET_KEY']);
  await answer(owner, second.id, 'once');
  expect((await fetched).values).toEqual({ ACCESS_KEY: 'one', SECRET_KEY: 'two' });
});

test('one answer for one use: of five at once one gets the secret, the others go on asking', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url);
  const fetches = Array.from({ length: 5 }, () =>
    client.agent.credential.mutate({ service: 'github', waitSeconds: 3 }),
  );
  const settled = Promise.allSettled(fetches);
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'once');
  const second = await waitForApproval(owner);
  expect(second.id).not.toBe(id);
  const outcomes = await settled;
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const log = await readLog(owner);
  expect(log.filter(({ type }) => type === 'agent_access')).toHaveLength(1);
  expect(log.filter(({ action }) => action === 'request')).toHaveLength(2);
});

test('an answer for one use is for what the owner was shown: another reason, client or address asks anew', async () => {
  const owner = await server.createOwner();
  const { client, key } = await createAskingAgent(owner, server.url, { rememberMinutes: 15 });
  const shown = { service: 'github', reason: 'nightly deploy', waitSeconds: 0 };
  const ask = (by: typeof client, reason = shown.reason) =>
    getRefusal(by.agent.credential.mutate({ ...shown, reason })).then(({ code }) => code);
  expect(await ask(client)).toBe('approval_pending');
  const { id } = await waitForApproval(owner);
  await answer(owner, id, 'once');
  const other = createClient(server.url, key, { 'user-agent': 'curl/8.0' });
  expect(await ask(client, 'something else')).toBe('approval_pending');
  expect(await ask(other)).toBe('approval_pending');
  expect((await client.agent.credential.mutate(shown)).values.value).toBe(tokenValue);
});

test('what waits is shown before what was settled, however many requests of another agent ran out', async () => {
  const owner = await server.createOwner();
  const { client, credential } = await createAskingAgent(owner, server.url, { withinSeconds: 5 });
  const policy = (await owner.client.policies.list.query())[0];
  const others = await Promise.all(
    [1, 2, 3, 4].map(async (n) => {
      const other = await createAgent(owner, server.url, `noisy-${n}`);
      await owner.client.grants.create.mutate({ agentId: other.agent.id, credentialId: credential.id });
      const targets = [{ kind: 'agent' as const, id: other.agent.id }];
      await owner.client.policies.attach.mutate({ id: policy?.id ?? '', targets });
      return other.client;
    }),
  );
  for (let n = 0; n < 28; n++) {
    const ask = { service: 'github', reason: `try ${n}`, waitSeconds: 0 };
    await Promise.all(others.map((other) => getRefusal(other.agent.credential.mutate(ask))));
    if (n % 14 === 13) {
      server.advance(6_000);
      await expect
        .poll(
          async () => (await owner.client.approvals.list.query()).filter(({ status }) => status === 'waiting').length,
        )
        .toBe(0);
    }
  }
  await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
  expect((await owner.client.inbox.get.query()).approvals[0]).toMatchObject({
    status: 'waiting',
    asker: { kind: 'agent', name: 'deploy-bot' },
  });
});

test('an agent that lets its requests time out asks no more than thirty times a minute', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url, { withinSeconds: 5 });
  const ask = (n: number) =>
    getRefusal(client.agent.credential.mutate({ service: 'github', reason: `try ${n}`, waitSeconds: 0 }));
  for (let n = 0; n < 30; n++) {
    expect(await ask(n)).toMatchObject({ code: 'approval_pending' });
    if (n % 15 === 14) server.advance(6_000);
  }
  expect(await ask(30)).toMatchObject({ code: 'access_denied', rule: 'approval' });
  server.advance(60_000);
  expect(await ask(31)).toMatchObject({ code: 'approval_pending' });
});

test('an answer is not spent on a use that a full counter refuses', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url, { rememberMinutes: 0 }, [
    { type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' },
  ]);
  const ask = async () => {
    await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
    const { id } = await waitForApproval(owner);
    await answer(owner, id, 'once');
    return id;
  };
  await ask();
  await client.agent.credential.mutate({ service: 'github' });
  const second = await ask();
  for (let n = 0; n < 2; n++) {
    const refused = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
    expect(refused).toMatchObject({ status: 429, rule: 'rate_limit' });
  }
  const log = await readLog(owner);
  expect(log.filter(({ action }) => action === 'request')).toHaveLength(2);
  const refusals = log.filter(({ rule }) => rule === 'rate_limit');
  expect(refusals).toMatchObject([{ approvalId: second }, { approvalId: second }]);
  for (const refusal of refusals) expect(refusal).not.toHaveProperty('fields');
  expect((await owner.client.approvals.list.query()).map(({ id, status }) => [id === second, status])).toEqual([
    [true, 'approved'],
    [false, 'approved'],
  ]);
});

test('twenty wait; one more is refused at once with a sentence that says why', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createAskingAgent(owner, server.url);
  for (let n = 0; n < 20; n++) {
    const { id } = await createToken(owner, 'many', `token-${n}`);
    await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: id });
    await getRefusal(client.agent.credential.mutate({ service: 'many', label: `token-${n}`, waitSeconds: 0 }));
  }
  const refused = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refused).toMatchObject({
    status: 403,
    rule: 'approval',
    sentence: expect.stringContaining('too much at once'),
  });
  expect((await readLog(owner)).at(-1)).toMatchObject({ type: 'policy_denied', rule: 'approval', service: 'github' });
});

test('live: every device hears of a request, its answer and the lock; over another node, too', async () => {
  const owner = await server.createOwner();
  const { client } = await createAskingAgent(owner, server.url);
  const node = await server.startNode();
  const elsewhere = createClient(node.url, owner.session);
  const seen: string[] = [];
  const stream = elsewhere.inbox.live.subscribe(undefined, {
    onData: ({ approvals, lockedAt }) =>
      seen.push([approvals.map(({ status }) => status).join(), lockedAt === null ? 'open' : 'locked'].join(' ')),
  });
  await expect.poll(() => seen).toEqual([' open']);
  const fetched = client.agent.credential.mutate({ service: 'github' });
  await expect.poll(() => seen.at(-1)).toBe('waiting open');
  const { id } = await waitForApproval(owner);
  await elsewhere.approvals.answer.mutate({ id, answer: 'once' });
  await expect.poll(() => seen.at(-1)).toBe('approved open');
  await fetched;
  await owner.client.vault.lock.mutate();
  await expect.poll(() => seen.at(-1)).toBe('approved locked');
  stream.unsubscribe();
});
