// The server is killed again and again while it records: nothing acknowledged is lost, doubled or out of place.
// Runs on the embedded default, or on TEST_DATABASE_URL when that is given.

import { once } from 'node:events';
import type { DatabaseTarget } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient } from '../kit/client.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { signUp } from '../kit/people.ts';
import { runServerToItsEnd, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent } from '../kit/vault.ts';

const kills = 20;
const writers = 32;

let folder: TempDir;
let database: TestDatabase | null = null;
let variables: Record<string, string>;
beforeAll(async () => {
  folder = await makeTempDir();
  database = inject('ownServer') ? null : await createTestDatabase();
  variables = { KEYTRAIL_DATA_DIR: folder.path, ...(database === null ? {} : { DATABASE_URL: database.url }) };
});
afterAll(async () => {
  if (database === null) await (await adoptPostgres()).stop();
  await database?.drop();
  await folder.remove();
});

test(`${kills} kills under ${writers} writers: no acknowledged event lost, none twice, no gap`, async () => {
  let server = await startServerProcess(variables);
  const { key, accountId } = await furnish(server.url);
  const acknowledged: string[] = [];
  const startMs: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const before = acknowledged.length;
    const work = Promise.all(Array.from({ length: writers }, () => writeUntilRefused(server.url, key, acknowledged)));
    // At a moment of its own each time, but never before the first acknowledgement.
    await waitUntil(() => acknowledged.length > before + kill * 7);
    await server.kill('SIGKILL');
    await work;
    server = await startServerProcess(variables);
    startMs.push(server.startMs);
  }
  const ids = await checkLog(await findTarget(), accountId);
  const recorded = new Set(ids);
  expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  console.info(
    `${acknowledged.length} acknowledged, ${ids.length} recorded, restarts at most ${Math.max(...startMs)} ms`,
  );
  await server.kill('SIGTERM');
}, 300_000);

test('a killed server’s database is adopted, and a second server beside a running one says so and ends', async (context) => {
  if (database !== null) return context.skip('only the embedded default has a data folder to share');
  const first = await startServerProcess(variables);
  await first.kill('SIGKILL');
  expect((await adoptPostgres()).adopted).toBe(true);
  const next = await startServerProcess(variables);
  const second = await runServerToItsEnd(variables);
  expect(second.code).toBe(3);
  expect(second.printed).toContain(`already running at ${next.url}`);
  expect((await fetch(`${next.url}/health`)).status).toBe(200);
  await next.kill('SIGTERM');
}, 60_000);

test('a server in which something failed that nobody awaited serves on, and ends as failed when it is asked to stop', async () => {
  const preload = `process.on('SIGUSR2', () => {
    Promise.reject(new Error('nobody awaits this'));
    setImmediate(() => process.send('rejected'));
  });`;
  const nodeOptions = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  const server = await startServerProcess({ ...variables, NODE_OPTIONS: nodeOptions });
  const rejected = once(server.child, 'message');
  server.child.kill('SIGUSR2');
  await rejected;
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await server.kill('SIGTERM');
  expect(server.child.exitCode).toBe(1);
  const sound = await startServerProcess(variables);
  await sound.kill('SIGTERM');
  expect(sound.child.exitCode).toBe(0);
}, 60_000);

async function furnish(url: string): Promise<{ key: string; accountId: string }> {
  const { session } = await signUp(url);
  const client = createClient(url, session);
  const { key } = await createGrantedAgent({ client }, url);
  return { key, accountId: (await client.account.me.query()).accountId };
}

async function writeUntilRefused(url: string, key: string, acknowledged: string[]): Promise<void> {
  const { agent } = createClient(url, key);
  try {
    for (;;) acknowledged.push((await agent.credential.mutate({ service: 'github' })).eventId);
  } catch {
    // The server was killed under this call.
  }
}

async function waitUntil(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited in vain for acknowledged events');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function adoptPostgres() {
  return startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
}

async function findTarget(): Promise<DatabaseTarget> {
  return database === null ? (await adoptPostgres()).connection : database.url;
}
