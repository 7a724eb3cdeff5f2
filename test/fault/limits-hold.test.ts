// A limit under a crowd over two nodes, one of them killed in the middle: exactly as many uses as it allows are recorded,
// none is handed out beyond them, and none has room again because a node was started anew.

import { readAsAccount } from '@keytrail/server/base/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient } from '../kit/client.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { createGrantedAgent } from '../kit/vault.ts';

const usesMax = 50;
const calls = 500;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const rules = {
  rate_limit: { type: 'rate_limit', uses: usesMax, per: 'day', counts: 'both' },
  max_uses: { type: 'max_uses', uses: usesMax },
} as const;
for (const [name, rule] of Object.entries(rules)) {
  test(`${name}: ${calls} calls over two nodes, one killed, leave exactly ${usesMax} uses, and so it stays`, async () => {
    const owner = await server.createOwner();
    const { key, agent } = await createGrantedAgent(owner, server.url);
    const { id } = await owner.client.policies.create.mutate({ name, rules: [rule] });
    await owner.client.policies.attach.mutate({ id, targets: [{ kind: 'agent', id: agent.id }] });
    const node = await startServerProcess(server.variables);
    let served = 0;
    const ask = async (url: string) => {
      const answer = await createClient(url, key)
        .agent.credential.mutate({ service: 'github' })
        .catch(() => null);
      if (answer !== null) served++;
    };
    const crowd = Array.from({ length: calls }, (_, n) => ask(n % 2 === 0 ? server.url : node.url));
    await expect.poll(() => served, { timeout: 60_000, interval: 1 }).toBeGreaterThan(5);
    await node.kill('SIGKILL');
    await Promise.all(crowd);
    const again = await startServerProcess(server.variables);
    await Promise.all(Array.from({ length: usesMax * 2 }, (_, n) => ask(n % 2 === 0 ? server.url : again.url)));
    await again.kill('SIGTERM');

    expect(served).toBeLessThanOrEqual(usesMax);
    const { accountId } = await owner.client.account.me.query();
    await checkLog(server.databaseUrl, accountId);
    const uses = await readAsAccount(
      server.app.ctx.db,
      accountId,
      (tx) => tx`select from events where account_id = ${accountId} and type = 'agent_access' and outcome = 'ok'`,
    );
    expect(uses).toHaveLength(usesMax);
  }, 180_000);
}
