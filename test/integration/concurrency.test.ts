// Many at once: every sequence stays gapless and every secret reaches its owner only.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => server.stop());

test('100 concurrent fetches by one agent leave 100 events in one gapless sequence', async () => {
  const owner = await server.createOwner();
  const { client } = await createGrantedAgent(owner, server.url);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => client.agent.credential.mutate({ service: 'github' })),
  );
  const { accountId } = await owner.client.account.me.query();
  const ids = await checkLog(server.databaseUrl, accountId);
  expect(answers.filter(({ eventId }) => ids.includes(eventId))).toHaveLength(100);
});

test('100 agents of 100 accounts at once each get their own secret, and each log is gapless', async () => {
  const auth = await accountsInBulk(100);
  const agents = await Promise.all(
    auth.map(async (owner, index) => {
      const credential = await owner.client.credentials.create.mutate({
        kind: 'token',
        service: 'github',
        label: 'main',
        secret: { value: `secret-of-${index}` },
      });
      const bot = await createAgent(owner, server.url);
      await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
      return bot;
    }),
  );
  const answers = await Promise.all(agents.map(({ client }) => client.agent.credential.mutate({ service: 'github' })));
  expect(answers.map(({ values }) => values.value)).toEqual(agents.map((_, index) => `secret-of-${index}`));
  for (const owner of auth) {
    const { accountId } = await owner.client.account.me.query();
    expect(await checkLog(server.databaseUrl, accountId)).toHaveLength(5);
  }
}, 120_000);

async function accountsInBulk(count: number) {
  const owners = [];
  for (let index = 0; index < count; index++) owners.push(await server.createOwner());
  return owners;
}
