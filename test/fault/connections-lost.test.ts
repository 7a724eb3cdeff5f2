// The database drops every connection under load: the process lives on, and nothing acknowledged is lost.

import { connect } from '@keytrail/server/base/db';
import { expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient } from '../kit/client.ts';
import { createTestDatabase } from '../kit/database.ts';
import { signUp } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent } from '../kit/vault.ts';

const losses = 4;
const writers = 16;

test(`${losses} times all connections are ended under ${writers} writers`, async () => {
  const folder = await makeTempDir();
  const database = await createTestDatabase();
  const server = await startServerProcess({ DATABASE_URL: database.url, KEYTRAIL_DATA_DIR: folder.path });
  const owner = createClient(server.url, (await signUp(server.url)).session);
  const { accountId } = await owner.account.me.query();
  const { client: bot } = await createGrantedAgent({ client: owner }, server.url);

  const acknowledged: string[] = [];
  let writing = true;
  const write = async () => {
    while (writing) {
      await bot.agent.credential.mutate({ service: 'github' }).then(
        ({ eventId }) => acknowledged.push(eventId),
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    }
  };
  const work = Promise.all(Array.from({ length: writers }, write));
  const admin = connect(database.url, { max: 1 });
  for (let loss = 0; loss < losses; loss++) {
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
  }
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
  writing = false;
  await work;
  await admin.end();

  expect(server.child.exitCode).toBeNull();
  const recorded = new Set(await checkLog(database.url, accountId));
  expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
  await server.kill('SIGTERM');
  await database.drop();
  await folder.remove();
}, 120_000);
