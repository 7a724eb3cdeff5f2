// The server is killed while a token is refreshed: before and after the provider carried it out, before and after the row was
// stored. Whatever can be saved is; what cannot be is said in the log. Where it is asked to stop, everything can.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { AuditEvent } from '@keytrail/shared/event';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { signUp } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createAgent } from '../kit/vault.ts';

let folder: TempDir;
let database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let variables: Record<string, string>;
let server: ServerProcess;
let provider: OAuthProvider;
let sql: postgres.Sql;

beforeAll(async () => {
  folder = await makeTempDir();
  const loopbackPort = await findFreePort();
  database = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined, loopbackPort });
  provider = await startOAuthProvider();
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  variables = {
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_PORT: String(await findFreePort()),
    KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1',
  };
});
afterAll(async () => {
  await sql.end();
  await provider.stop();
  await database.stop();
  await folder.remove();
});
beforeEach(async () => {
  server = await startServerProcess(variables);
});
afterEach(() => server.kill('SIGTERM'));

async function createFurniture() {
  const { session } = await signUp(server.url);
  const owner = { client: createClient(server.url, session) };
  const credential = await createOAuthCredential(owner, provider);
  const { agent, client } = await createAgent(owner, server.url);
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const ask = (signal = new AbortController().signal) =>
    client.agent.credential.mutate({ service: credential.service }, { signal });
  const readRefreshes = async (): Promise<AuditEvent[]> => {
    const filter = { types: ['token_refresh' as const] };
    return (await owner.client.audit.list.query({ filter })).events.toReversed();
  };
  const checkOwnLog = async () => checkLog(database.url, (await owner.client.account.me.query()).accountId);
  return { credential, ask, readRefreshes, checkOwnLog };
}

/** Kills the server and starts it again, with the lease of what it was doing over. */
async function restart() {
  await server.kill('SIGKILL');
  await sql`update credentials set refresh = jsonb_set(refresh, '{attempt,leaseUntil}', '"2020-01-01T00:00:00.000Z"')
    where refresh->'attempt'->>'id' is not null`;
  server = await startServerProcess(variables);
}

test('killed before the provider carried it out: the next attempt succeeds, and the one cut off is in the log', async () => {
  const { ask, readRefreshes, checkOwnLog } = await createFurniture();
  const hold = provider.holdNext('asked');
  const cutOff = ask().catch(() => 'cut off');
  await hold.held;
  hold.drop();
  await restart();
  expect(await cutOff).toBe('cut off');
  const { values } = await ask();
  expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
  const refreshes = await readRefreshes();
  expect(refreshes.map(({ outcome, errorClass }) => errorClass ?? outcome)).toEqual(['cut_off', 'ok']);
  await checkOwnLog();
});

test('killed after the provider carried it out: nothing can save the pair, so the owner is asked to connect it again', async () => {
  const { ask, readRefreshes, checkOwnLog } = await createFurniture();
  const hold = provider.holdNext('carried out');
  const cutOff = ask().catch(() => 'cut off');
  await hold.held;
  await restart();
  expect(await cutOff).toBe('cut off');
  hold.release();
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  const before = provider.requests.refresh_token;
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  expect(provider.requests.refresh_token).toBe(before);
  expect(await readRefreshes()).toMatchObject([
    { outcome: 'failed', errorClass: 'cut_off' },
    { outcome: 'failed', errorClass: 'invalid_grant', note: expect.stringContaining('An earlier refresh was cut off') },
  ]);
  await checkOwnLog();
});

test('killed while the new pair waits to be stored: as if it had never been answered', async () => {
  const { credential, ask, readRefreshes, checkOwnLog } = await createFurniture();
  const hold = provider.holdNext('carried out');
  const cutOff = ask().catch(() => 'cut off');
  await hold.held;
  const holding = await sql.reserve();
  await holding`begin`;
  await holding`select from credentials where id = ${credential.id} for update`;
  hold.release();
  const isWaiting = async () =>
    (await sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%credentials%'`).length > 0;
  await expect.poll(isWaiting, { timeout: 10_000 }).toBe(true);
  await server.kill('SIGKILL');
  await holding`rollback`;
  holding.release();
  await restart();
  expect(await cutOff).toBe('cut off');
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  const classes = (await readRefreshes()).map(({ errorClass }) => errorClass);
  expect(classes).toEqual(['cut_off', 'invalid_grant']);
  await checkOwnLog();
});

test('killed once the pair is stored: the next request gets the new token, and nobody asks the provider again', async () => {
  const { credential, ask, readRefreshes, checkOwnLog } = await createFurniture();
  const before = provider.requests.refresh_token ?? 0;
  // The use is recorded after the refresh: held there, the pair is stored and nobody has it.
  const hold = provider.holdNext('carried out');
  const cutOff = ask().catch(() => 'cut off');
  await hold.held;
  hold.release();
  const isStored = async () => {
    const [row] = await sql`select refresh->>'refreshedAt' as at from credentials where id = ${credential.id}`;
    return row?.at !== null;
  };
  await expect.poll(isStored, { timeout: 10_000, interval: 1 }).toBe(true);
  await restart();
  await cutOff;
  const { values } = await ask();
  expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
  expect((provider.requests.refresh_token ?? 0) - before).toBe(1);
  expect((await readRefreshes()).map(({ outcome }) => outcome)).toEqual(['ok']);
  await checkOwnLog();
});

for (const who of ['the job', 'a caller who has left'] as const) {
  test(`asked to stop after the provider carried it out for ${who}: the new pair is stored`, async () => {
    const { ask, readRefreshes, checkOwnLog } = await createFurniture();
    const before = provider.requests.refresh_token ?? 0;
    const hold = provider.holdNext('carried out');
    const left = new AbortController();
    if (who === 'the job') {
      // It looks for tokens about to end as soon as a server starts.
      await server.kill('SIGTERM');
      server = await startServerProcess(variables);
    } else void ask(left.signal).catch(() => 'left');
    await hold.held;
    left.abort();
    const stopped = server.kill('SIGTERM');
    await expect.poll(server.isServing).toBe(false);
    hold.release();
    await stopped;
    server = await startServerProcess(variables);
    const { values } = await ask();
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    expect((provider.requests.refresh_token ?? 0) - before).toBe(1);
    expect((await readRefreshes()).map(({ outcome }) => outcome)).toEqual(['ok']);
    await checkOwnLog();
  });
}
