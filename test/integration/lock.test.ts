// The locked vault: everything that uses or changes it is refused and recorded, until the password opens it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { getRefusal } from '../kit/client.ts';
import { password } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function readTail(owner: Owner, count: number) {
  const { events, head } = await owner.client.audit.since.query({ from: 0 });
  expect(head).toBe(events.length);
  return events.slice(-count);
}

test('locked: agents, uses and changes are refused with 423 and recorded; unlocked with the password, all is as before', async () => {
  const owner = await server.createOwner();
  const { client, credential, agent, grant } = await createGrantedAgent(owner, server.url);
  expect(await owner.client.vault.status.query()).toEqual({ lockedAt: null });
  const { lockedAt } = await owner.client.vault.lock.mutate();
  expect(lockedAt).not.toBeNull();
  expect(await owner.client.vault.lock.mutate()).toEqual({ lockedAt });
  expect(await readTail(owner, 1)).toMatchObject([{ type: 'vault_change', action: 'lock', source: 'direct' }]);
  expect((await owner.client.inbox.get.query()).lockedAt).toBe(lockedAt);

  const fetched = await getRefusal(client.agent.credential.mutate({ service: 'github', reason: 'please' }));
  expect(fetched).toMatchObject({ status: 423, rule: 'vault_locked' });
  expect(await readTail(owner, 1)).toMatchObject([
    { type: 'policy_denied', rule: 'vault_locked', source: 'agent', agentId: agent.id, reason: 'please' },
  ]);
  const used = await getRefusal(owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' }));
  expect(used).toMatchObject({ status: 423, rule: 'vault_locked' });
  expect(await readTail(owner, 1)).toMatchObject([
    { type: 'policy_denied', rule: 'vault_locked', source: 'direct', credentialId: credential.id, action: 'reveal' },
  ]);
  const changes = {
    'agents, create': () => owner.client.agents.create.mutate({ name: 'late-bot' }),
    'agents, rotate key': () => owner.client.agents.rotateKey.mutate({ id: agent.id }),
    'grants, revoke': () => owner.client.grants.revoke.mutate({ id: grant.id }),
    'credentials, remove': () => owner.client.credentials.remove.mutate({ id: credential.id }),
    'approvals, answer': () => owner.client.approvals.answer.mutate({ id: grant.id, answer: 'once' }),
  };
  for (const [what, change] of Object.entries(changes)) {
    expect(await getRefusal(change()), what).toMatchObject({ status: 423, code: 'vault_locked' });
    expect(await readTail(owner, 1)).toMatchObject([
      { type: 'policy_denied', rule: 'vault_locked', source: 'direct', title: `Change refused: ${what}` },
    ]);
  }
  expect(await owner.client.agents.list.query()).toHaveLength(1);

  const wrong = await getRefusal(owner.client.vault.unlock.mutate({ password: 'not this one' }));
  expect(wrong).toMatchObject({ status: 403, code: 'password_wrong' });
  expect(await readTail(owner, 1)).toMatchObject([{ action: 'unlock', outcome: 'denied' }]);
  expect(await owner.client.vault.unlock.mutate({ password })).toEqual({ lockedAt: null });
  expect(await readTail(owner, 1)).toMatchObject([{ action: 'unlock', outcome: 'ok' }]);
  expect((await client.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
  await owner.client.agents.create.mutate({ name: 'late-bot' });
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
});

test('too many tries: the password cannot be guessed through a session, and the right one waits, too', async () => {
  const owner = await server.createOwner();
  await owner.client.vault.lock.mutate();
  const attempt = (word: string) => getRefusal(owner.client.vault.unlock.mutate({ password: word }));
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => attempt(`guess ${n}`)));
  expect(answers.filter(({ code }) => code === 'password_wrong')).toHaveLength(10);
  expect(answers.filter(({ code, status }) => code === 'too_many_tries' && status === 429)).toHaveLength(2);
  expect(await attempt(password)).toMatchObject({ code: 'too_many_tries' });
  server.advance(15 * 60_000);
  expect(await owner.client.vault.unlock.mutate({ password })).toEqual({ lockedAt: null });
});

test('the lock holds on every node at once', async () => {
  const owner = await server.createOwner();
  const { client } = await createGrantedAgent(owner, (await server.startNode()).url);
  await owner.client.vault.lock.mutate();
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({ status: 423 });
});
