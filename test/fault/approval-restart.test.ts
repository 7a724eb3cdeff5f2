// The server is killed while a request waits for the owner: the request is there again with the next start, its answer
// reaches the agent that asks again, and what ran out in between is refused once.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitForApproval } from '../kit/approvals.ts';
import { checkLog } from '../kit/check-log.ts';
import { createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { startHttpUpstream } from '../kit/http-upstream.ts';
import { signUp } from '../kit/people.ts';
import { createAskingProxy } from '../kit/proxies.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createAskingAgent, tokenValue } from '../kit/vault.ts';

let folder: TempDir;
let database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let variables: Record<string, string>;
let server: ServerProcess;

beforeAll(async () => {
  folder = await makeTempDir();
  const loopbackPort = await findFreePort();
  database = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined, loopbackPort });
  variables = {
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_PORT: String(await findFreePort()),
    KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1',
  };
  server = await startServerProcess(variables);
});
afterAll(async () => {
  await server.kill('SIGTERM');
  await database.stop();
  await folder.remove();
});

async function restart(signal: 'SIGKILL' | 'SIGTERM') {
  await server.kill(signal);
  server = await startServerProcess(variables);
}

test('killed in the middle of a wait: answered after the start, the agent’s next call gets the secret', async () => {
  const { session } = await signUp(server.url);
  const owner = { client: createClient(server.url, session) };
  const { client } = await createAskingAgent(owner, server.url, { withinSeconds: 300 });
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const cutOff = client.agent.credential.mutate({ service: 'github' }).then(
      () => 'answered',
      () => 'cut off',
    );
    const { id } = await waitForApproval(owner);
    await restart(signal);
    expect(await cutOff).toBe('cut off');
    expect(await waitForApproval(owner)).toMatchObject({ id });
    const again = client.agent.credential.mutate({ service: 'github' });
    await owner.client.approvals.answer.mutate({ id, answer: 'once' });
    expect((await again).values.value).toBe(tokenValue);
  }
  const { events } = await owner.client.audit.since.query({ from: 0 });
  expect(events.filter(({ action }) => action === 'request')).toHaveLength(2);
  await checkLog(database.url, (await owner.client.account.me.query()).accountId);
});

test('a call through a proxy that was cut off in the middle of its wait goes out by its answer, once', async () => {
  const { session } = await signUp(server.url);
  const owner = { client: createClient(server.url, session) };
  const upstream = await startHttpUpstream();
  const made = await createAskingProxy(owner, { withinSeconds: 300 }, { kind: 'http', upstreamUrl: upstream.url });
  const call = () =>
    fetch(`${server.url}/http/p/${made.proxy.name}/items`, { headers: { authorization: `Bearer ${made.key}` } });
  for (const [n, signal] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
    const cutOff = call().then(
      ({ status }) => status,
      () => 'cut off',
    );
    const { id } = await waitForApproval(owner);
    await restart(signal);
    // One that is told to stop still says to call again.
    expect(await cutOff).toBe(signal === 'SIGKILL' ? 'cut off' : 408);
    expect(await waitForApproval(owner)).toMatchObject({ id });
    expect(upstream.received).toHaveLength(n);
    const again = call();
    await owner.client.approvals.answer.mutate({ id, answer: 'once' });
    expect((await again).status).toBe(200);
    expect(upstream.received).toHaveLength(n + 1);
  }
  await upstream.stop();
  await checkLog(database.url, (await owner.client.account.me.query()).accountId);
});

test('what ran out while no server ran is refused once, at the next start', async () => {
  const { session } = await signUp(server.url);
  const owner = { client: createClient(server.url, session) };
  const { client } = await createAskingAgent(owner, server.url, { withinSeconds: 5 });
  void client.agent.credential.mutate({ service: 'github' }).catch(() => undefined);
  const { id, expiresAt } = await waitForApproval(owner);
  await server.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, Date.parse(expiresAt) - Date.now()));
  server = await startServerProcess(variables);
  const readRefusals = async () =>
    (await owner.client.audit.since.query({ from: 0 })).events.filter(({ type }) => type === 'policy_denied');
  await expect.poll(readRefusals, { timeout: 10_000 }).toMatchObject([{ rule: 'approval', approvalId: id }]);
});
