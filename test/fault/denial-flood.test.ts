// A flood of refusals over two nodes, one of them killed again and again: no refusal that was answered is lost from the
// log's count, and none is counted that nobody made.

import { flushDenialFolds } from '@keytrail/server/audit/denial-folds';
import { readAsAccount } from '@keytrail/server/base/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { createAgent } from '../kit/vault.ts';

const kills = 5;
const writers = 8;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test(`${kills} kills in a flood: the counts of the log add up to the refused calls`, async () => {
  const owner = await server.createOwner();
  const { key } = await createAgent(owner, server.url);
  const calls = { answered: 0, unanswered: 0 };
  let flooding = true;
  const floodHere = Promise.all(
    Array.from({ length: writers }, async () => {
      while (flooding) await refuse(server.url, key, calls);
    }),
  );
  for (let kill = 0; kill < kills; kill++) {
    const node = await startServerProcess(server.variables);
    const before = calls.answered;
    const floodThere = Array.from({ length: writers }, async () => {
      while (await refuse(node.url, key, calls));
    });
    await expect.poll(() => calls.answered, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before + 150 + kill * 37);
    await node.kill('SIGKILL');
    await Promise.all(floodThere);
  }
  flooding = false;
  await floodHere;
  server.advance(61_000);
  await flushDenialFolds(server.app.ctx);

  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
  const { counted, events } = await countDenials(accountId);
  expect(counted).toBeGreaterThanOrEqual(calls.answered);
  expect(counted).toBeLessThanOrEqual(calls.answered + calls.unanswered);
  expect(events).toBeLessThan(calls.answered / 2);
  console.info(`${calls.answered} answered, ${calls.unanswered} not, ${counted} counted in ${events} events`);
}, 180_000);

/** False where the node was killed under the call, or before it. */
async function refuse(url: string, key: string, calls: { answered: number; unanswered: number }): Promise<boolean> {
  try {
    const { rule } = await getRefusal(createClient(url, key).agent.credential.mutate({ service: 'github' }));
    expect(rule).toBe('grant_missing');
    calls.answered++;
    return true;
  } catch {
    calls.unanswered++;
    return false;
  }
}

async function countDenials(accountId: string): Promise<{ counted: number; events: number }> {
  const [row] = await readAsAccount(
    server.app.ctx.db,
    accountId,
    (tx) => tx<{ counted: string; events: string }[]>`
      select sum(coalesce((line::jsonb -> 'ev' ->> 'count')::integer, 1)) as counted, count(*) as events
      from events where account_id = ${accountId} and type = 'policy_denied'`,
  );
  return { counted: Number(row?.counted), events: Number(row?.events) };
}
