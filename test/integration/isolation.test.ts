// Two accounts on one server: nothing of one is visible to the other, by any door.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let mine: Owner;
let theirs: Owner;
let furniture: Awaited<ReturnType<typeof createGrantedAgent>>;
beforeAll(async () => {
  server = await startTestServer();
  mine = await server.createOwner();
  theirs = await server.createOwner();
  furniture = await createGrantedAgent(mine, server.url);
  await furniture.client.agent.credential.mutate({ service: 'github' });
});
afterAll(() => server.stop());

test('lists show nothing of another account', async () => {
  expect(await theirs.client.credentials.list.query()).toEqual([]);
  expect(await theirs.client.agents.list.query()).toEqual([]);
  expect(await theirs.client.grants.list.query({ agentId: furniture.agent.id })).toEqual([]);
  const { events } = await theirs.client.audit.list.query({ filter: { agentIds: [furniture.agent.id] } });
  expect(events).toEqual([]);
  const all = await theirs.client.audit.since.query({ from: 0 });
  expect(all.events.map((event) => event.action)).toEqual(['sign_in']);
});

test('a guessed id is as good as none', async () => {
  const { credential, agent, grant } = furniture;
  const guesses = [
    () => theirs.client.credentials.use.mutate({ id: credential.id, action: 'reveal' }),
    () => theirs.client.credentials.update.mutate({ id: credential.id, version: 1, label: 'taken' }),
    () => theirs.client.credentials.remove.mutate({ id: credential.id }),
    () => theirs.client.agents.rotateKey.mutate({ id: agent.id }),
    () => theirs.client.agents.suspend.mutate({ id: agent.id }),
    () => theirs.client.agents.remove.mutate({ id: agent.id }),
    () => theirs.client.agents.update.mutate({ id: agent.id, name: 'taken', description: '' }),
    () => theirs.client.grants.revoke.mutate({ id: grant.id }),
    () => theirs.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id }),
  ];
  for (const guess of guesses) expect(await getRefusal(guess())).toMatchObject({ status: 404, code: 'not_found' });
  expect((await furniture.client.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
});

test('an agent key opens nothing of the owner, and a session nothing of the agent', async () => {
  const { client } = furniture;
  expect(await getRefusal(client.credentials.list.query())).toMatchObject({ status: 403, code: 'owner_only' });
  expect(await getRefusal(client.audit.list.query({}))).toMatchObject({ status: 403, code: 'owner_only' });
  expect(await getRefusal(mine.client.agent.whoami.query())).toMatchObject({ status: 403, code: 'agent_only' });
});

test('a live stream carries only its own account', async () => {
  const seen: string[] = [];
  const own = new Promise<void>((resolve) => {
    const stream = theirs.client.audit.live.subscribe(
      { lastEventId: '0' },
      {
        onData: ({ data }) => {
          seen.push(`${data.action} ${data.title}`);
          if (data.title !== 'Agent created') return;
          stream.unsubscribe();
          resolve();
        },
      },
    );
  });
  await furniture.client.agent.credential.mutate({ service: 'github' });
  await theirs.client.agents.create.mutate({ name: 'their-bot' });
  await own;
  expect(seen).toEqual(['create Agent created']);
});
