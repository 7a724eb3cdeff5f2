// The server or the webhook is killed while a token is renewed that the webhook holds: before and after each step. A pair that reached the
// webhook's disk is found again; what cannot be saved is said in the log.

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
import {
  type BoundWebhook,
  bindWebhook,
  readKept,
  switchVault,
  webhookVariables,
  writeProviders,
} from '../kit/webhook.ts';
import { startWebhookRelay, type WebhookRelay } from '../kit/webhook-relay.ts';

let folder: TempDir;
let database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let variables: Record<string, string>;
let settings: Record<string, string>;
let server: ServerProcess;
let provider: OAuthProvider;
let sql: postgres.Sql;
let relay: WebhookRelay;
let webhook: BoundWebhook | null = null;

beforeAll(async () => {
  folder = await makeTempDir();
  const loopbackPort = await findFreePort();
  database = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined, loopbackPort });
  provider = await startOAuthProvider();
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  settings = { WEBHOOK_PROVIDERS: await writeProviders(folder, provider), WEBHOOK_MEDIATED: 'on' };
  variables = {
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_PORT: String(await findFreePort()),
    ...webhookVariables,
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
  relay = await startWebhookRelay();
});
afterEach(async () => {
  await server.kill('SIGTERM');
  await webhook?.stop();
  await relay.stop();
});

async function createFurniture(way: 'delegated' | 'mediated') {
  const { session } = await signUp(server.url);
  const owner = { client: createClient(server.url, session) };
  webhook = await bindWebhook(server, owner, settings, relay);
  const kept = webhook;
  const credential = await createOAuthCredential(owner, provider, { endsInS: 3_000 });
  await switchVault(owner, 'webhook');
  if (way === 'mediated') await owner.client.webhook.setMediation.mutate({ mediated: true });
  const [found] = await owner.client.credentials.list.query();
  const accessTokenExpiresAt = new Date(Date.now() - 10_000).toISOString();
  const { version = 0, public: readable } = found ?? {};
  const ended = { ...readable, accessTokenExpiresAt };
  await owner.client.credentials.update.mutate({ id: credential.id, version, public: ended });
  const { agent, client } = await createAgent(owner, server.url);
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const before = provider.requests.refresh_token ?? 0;
  return {
    credential,
    webhook: kept,
    ask: (signal = new AbortController().signal) =>
      client.agent.credential.mutate({ service: credential.service }, { signal }),
    countRequests: () => (provider.requests.refresh_token ?? 0) - before,
    readKeptToken: async () => (await readKept(kept)).get(credential.id)?.accessToken,
    readRefreshes: async (): Promise<AuditEvent[]> => {
      const filter = { types: ['token_refresh' as const] };
      return (await owner.client.audit.list.query({ filter })).events.toReversed();
    },
    checkOwnLog: async () => checkLog(database.url, (await owner.client.account.me.query()).accountId),
  };
}

/** Kills the server and starts it again, with the lease of what it was doing over. */
async function restart() {
  await server.kill('SIGKILL');
  await sql`update credentials set refresh = jsonb_set(refresh, '{attempt,leaseUntil}', '"2020-01-01T00:00:00.000Z"')
    where refresh->'attempt'->>'id' is not null`;
  server = await startServerProcess(variables);
}

/** Holds the next message to an endpoint for good: before it reaches the webhook, or once the webhook has answered. */
function holdNext(endpoint: string, action: string | undefined, when: 'asked' | 'answered'): Promise<void> {
  return new Promise((resolve) => {
    relay.handle(endpoint, async ({ body }, pass) => {
      if (JSON.parse(body).action !== action) return pass();
      relay.handle(endpoint, null);
      if (when === 'answered') await pass();
      resolve();
      return null;
    });
  });
}

const toClasses = (events: AuditEvent[]) => events.map(({ outcome, errorClass }) => errorClass ?? outcome);

for (const [what, endpoint, action, way] of [
  ['webhook-delegated, killed before the webhook was told', 'refresh-notify', undefined, 'delegated'],
  ['webhook-mediated, killed before the webhook gave the token', 'refresh', 'get', 'mediated'],
] as const) {
  test(`${what}: the next attempt succeeds, and the one cut off is in the log`, async () => {
    const { ask, countRequests, readRefreshes, checkOwnLog } = await createFurniture(way);
    const held = holdNext(endpoint, action, 'asked');
    const cutOff = ask().catch(() => 'cut off');
    await held;
    await restart();
    expect(await cutOff).toBe('cut off');
    expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    expect(countRequests()).toBe(1);
    const refreshes = await readRefreshes();
    expect(toClasses(refreshes)).toEqual(['cut_off', 'ok']);
    expect(refreshes.map(({ note }) => note?.split(':')[0])).toEqual([`webhook-${way}`, `webhook-${way}`]);
    await checkOwnLog();
  });
}

for (const [what, endpoint, action, when, way] of [
  ['webhook-delegated, killed once the webhook has renewed it', 'refresh-notify', undefined, 'answered', 'delegated'],
  ['webhook-mediated, killed once the webhook has stored it', 'refresh', 'update', 'answered', 'mediated'],
] as const) {
  test(`${what}: the webhook says what it has, and nobody asks the provider again`, async () => {
    const { credential, ask, countRequests, readKeptToken, readRefreshes, checkOwnLog } = await createFurniture(way);
    const held = holdNext(endpoint, action, when);
    const cutOff = ask().catch(() => 'cut off');
    await held;
    const stored = await readKeptToken();
    expect(stored).not.toBe(credential.tokens.accessToken);
    await restart();
    expect(await cutOff).toBe('cut off');
    const { values } = await ask();
    expect(values.accessToken).toBe(stored);
    expect(await provider.accepts(stored ?? '')).toBe(true);
    expect(countRequests()).toBe(1);
    expect(toClasses(await readRefreshes())).toEqual(['cut_off', 'ok']);
    await checkOwnLog();
  });
}

test('webhook-mediated, killed after the provider carried it out: nothing can save the pair, so the owner is asked for new tokens', async () => {
  const { ask, countRequests, readRefreshes, checkOwnLog } = await createFurniture('mediated');
  const hold = provider.holdNext('carried out');
  const cutOff = ask().catch(() => 'cut off');
  await hold.held;
  await restart();
  expect(await cutOff).toBe('cut off');
  hold.release();
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  expect(countRequests()).toBe(2);
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  expect(countRequests()).toBe(2);
  expect(await readRefreshes()).toMatchObject([
    { outcome: 'failed', errorClass: 'cut_off' },
    { outcome: 'failed', errorClass: 'invalid_grant', note: expect.stringContaining('An earlier refresh was cut off') },
  ]);
  await checkOwnLog();
});

test('webhook-mediated, killed before the new pair reached the webhook: the same', async () => {
  const { ask, readRefreshes, checkOwnLog } = await createFurniture('mediated');
  const held = holdNext('refresh', 'update', 'asked');
  const cutOff = ask().catch(() => 'cut off');
  await held;
  await restart();
  expect(await cutOff).toBe('cut off');
  expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
  expect(toClasses(await readRefreshes())).toEqual(['cut_off', 'invalid_grant']);
  await checkOwnLog();
});

test('webhook-mediated, asked to stop after the provider carried it out for a caller who has left: the pair still reaches the webhook', async () => {
  const { ask, countRequests, readKeptToken, readRefreshes, checkOwnLog } = await createFurniture('mediated');
  const hold = provider.holdNext('carried out');
  const left = new AbortController();
  const asked = ask(left.signal).catch(() => 'left');
  await hold.held;
  left.abort();
  const stopped = server.kill('SIGTERM');
  await expect.poll(server.isServing).toBe(false);
  hold.release();
  await stopped;
  await asked;
  expect(await provider.accepts((await readKeptToken()) ?? '')).toBe(true);
  await restart();
  expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
  expect(countRequests()).toBe(1);
  expect((await readRefreshes()).at(-1)).toMatchObject({ outcome: 'ok' });
  await checkOwnLog();
});

test('webhook-delegated, the webhook killed before the provider carried it out: told again, it renews', async () => {
  const { webhook: kept, ask, readRefreshes, checkOwnLog } = await createFurniture('delegated');
  const hold = provider.holdNext('asked');
  const asked = getRefusal(ask());
  await hold.held;
  hold.drop();
  await kept.restart();
  // The relay's connection broke, which is none of the webhook's answers.
  expect(await asked).toMatchObject({ code: expect.stringMatching(/refresh_failed|access_denied/) });
  const isRenewed = async () => provider.accepts((await ask().catch(() => null))?.values.accessToken ?? '');
  await expect.poll(isRenewed, { timeout: 20_000, interval: 1_000 }).toBe(true);
  const classes = toClasses(await readRefreshes());
  expect(classes.slice(0, 1)).toEqual(['webhook_down']);
  expect(classes.at(-1)).toBe('ok');
  await checkOwnLog();
});
