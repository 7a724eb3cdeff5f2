// What the owner's answer covers: the policies that asked for it and the grant that it was about, and nothing that comes after.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAskingAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  owner = await server.createOwner();
});
afterAll(() => server.stop());

const answer = (id: string, word: 'once' | 'remember') => owner.client.approvals.answer.mutate({ id, answer: word });

/** Fetches once, and has the owner remember that. */
async function remember({ client }: Awaited<ReturnType<typeof createAskingAgent>>) {
  const fetched = client.agent.credential.mutate({ service: 'github' });
  await answer((await waitForApproval(owner)).id, 'remember');
  expect((await fetched).values.value).toBe(tokenValue);
  expect((await client.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
}

test('a policy that asks and is attached later asks for itself, whatever was remembered before', async () => {
  const asking = await createAskingAgent(owner, server.url, { rememberMinutes: 60 });
  const { client, credential, policy } = asking;
  await remember(asking);
  const rules = [{ type: 'approval', withinSeconds: 60, rememberMinutes: 60 }] as const;
  const later = await createPolicy(owner, rules, [{ kind: 'credential', id: credential.id }]);
  const fetched = client.agent.credential.mutate({ service: 'github' });
  const asked = await waitForApproval(owner);
  expect(asked.policies.map(({ id }) => id).sort()).toEqual([policy.id, later.id].sort());
  await answer(asked.id, 'once');
  expect((await fetched).values.value).toBe(tokenValue);
  // What both were asked about covers what one asks.
  await owner.client.policies.detach.mutate({ id: later.id, targets: [{ kind: 'credential', id: credential.id }] });
  expect((await client.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
});

test('a policy that is attached while the owner is asked is asked for before the secret leaves', async () => {
  const { client, credential } = await createAskingAgent(owner, server.url);
  const fetched = client.agent.credential.mutate({ service: 'github' });
  const first = await waitForApproval(owner);
  const rules = [{ type: 'approval', withinSeconds: 60, rememberMinutes: 0 }] as const;
  await createPolicy(owner, rules, [{ kind: 'credential', id: credential.id }]);
  await answer(first.id, 'once');
  await expect.poll(async () => (await waitForApproval(owner)).policies.length).toBe(2);
  expect(
    (await owner.client.audit.since.query({ from: 0 })).events.filter(({ type }) => type === 'agent_access'),
  ).toEqual([]);
  await answer((await waitForApproval(owner)).id, 'once');
  expect((await fetched).values.value).toBe(tokenValue);
});

test('what was remembered ends with the grant: under a new one the owner is asked again', async () => {
  const asking = await createAskingAgent(owner, server.url, { rememberMinutes: 60 });
  const { client, agent, credential, grant } = asking;
  await remember(asking);
  await owner.client.grants.revoke.mutate({ id: grant.id });
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const again = await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
  expect(again).toMatchObject({ code: 'approval_pending' });
});
