// Two nodes on one database, a reader and a writer on each: through restarts of either node and of the database every
// event arrives on both, once and in order, and news travels at once again afterwards.

import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { type Client, createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { followLive, type LiveReader } from '../kit/live.ts';
import { signUp } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent } from '../kit/vault.ts';

/** A notification takes a few milliseconds; without one, news waits for the next look, seconds later. */
const promptMs = 1_000;

let folder: TempDir;
let postgres: EmbeddedPostgres;
let postgresPort: number;
const variables: Record<string, string>[] = [];
const nodes: ServerProcess[] = [];
let owners: Client[];
let bots: Client[];
let accountId: string;

const startPostgres = () =>
  startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined, loopbackPort: postgresPort });

beforeAll(async () => {
  folder = await makeTempDir();
  postgresPort = await findFreePort();
  postgres = await startPostgres();
  for (let index = 0; index < 2; index++) {
    variables.push({
      DATABASE_URL: postgres.url,
      KEYTRAIL_DATA_DIR: folder.path,
      KEYTRAIL_PORT: String(await findFreePort()),
    });
    nodes.push(await startServerProcess(variables[index] ?? {}));
  }
  const [first] = nodes;
  if (first === undefined) throw new Error('unreachable');
  const { session } = await signUp(first.url);
  owners = nodes.map(({ url }) => createClient(url, session));
  const { key } = await createGrantedAgent({ client: createClient(first.url, session) }, first.url);
  bots = nodes.map(({ url }) => createClient(url, key));
  accountId = (await createClient(first.url, session).account.me.query()).accountId;
});
afterAll(async () => {
  for (const node of nodes) await node.kill('SIGTERM');
  await postgres.stop();
  await folder.remove();
});

test('every event arrives on both nodes once and in order', async () => {
  const readers = owners.map((owner) => followLive(owner, null));
  const writers = startWriters();
  const head = async () => Math.max(...readers.map(({ seqs }) => seqs.at(-1) ?? 0));
  const waitForMore = async () => {
    const target = (await head()) + 60;
    for (const reader of readers) {
      await expect.poll(() => reader.seqs.at(-1) ?? 0, { timeout: 30_000, interval: 20 }).toBeGreaterThan(target);
    }
  };
  await waitForMore();
  for (const [index, signal] of [
    [0, 'SIGTERM'],
    [1, 'SIGKILL'],
    [1, 'SIGTERM'],
    [0, 'SIGKILL'],
  ] as const) {
    await nodes[index]?.kill(signal);
    nodes[index] = await startServerProcess(variables[index] ?? {});
    await waitForMore();
  }
  await postgres.stop();
  postgres = await startPostgres();
  await waitForMore();
  await writers.stop();

  const recorded = await checkLog(postgres.url, accountId);
  for (const [index, reader] of readers.entries()) {
    const first = reader.seqs[0] ?? 0;
    await expect.poll(() => reader.seqs.at(-1), { timeout: 20_000 }).toBe(recorded.length - 1);
    expect(reader.seqs, `reader of node ${index}`).toEqual(
      Array.from({ length: recorded.length - first }, (_, place) => first + place),
    );
  }
  await expectPromptNews(readers);
  for (const reader of readers) reader.stop();
}, 180_000);

test('after the database was away for a while, the nodes hear of each other’s events at once again', async () => {
  const readers = owners.map((owner) => followLive(owner, null));
  await postgres.stop();
  // Longer than the first few attempts to listen again.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  postgres = await startPostgres();
  await expectPromptNews(readers);
  for (const reader of readers) reader.stop();
}, 120_000);

/** One event after another, on whichever node, until both readers had one within the time of a notification. */
async function expectPromptNews(readers: readonly LiveReader[]): Promise<void> {
  for (const bot of bots) {
    await expect
      .poll(
        async () => {
          const answer = await bot.agent.credential.mutate({ service: 'github' }).catch(() => null);
          if (answer === null) return 'refused';
          const startedAt = performance.now();
          const { head } = (await owners[0]?.audit.since.query({ from: 0, newest: 1 })) ?? { head: 0 };
          while (readers.some(({ seqs }) => (seqs.at(-1) ?? 0) < head - 1)) {
            if (performance.now() - startedAt > promptMs) return 'late';
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          return 'prompt';
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe('prompt');
  }
}

/** A writer on each node; refusals are retried, since nodes and database go away under them. */
function startWriters(): { stop(): Promise<void> } {
  let writing = true;
  const work = bots.flatMap((bot) =>
    [1, 2].map(async () => {
      while (writing) {
        await bot.agent.credential.mutate({ service: 'github' }).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }),
  );
  return {
    stop: async () => {
      writing = false;
      await Promise.all(work);
    },
  };
}
