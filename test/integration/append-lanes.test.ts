// The connections that append: the one that was used last is used again, and a second one only beside it.

import { connect } from '@keytrail/server/base/db';
import { Lanes } from '@keytrail/server/base/lanes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let lanes: Lanes;
beforeAll(async () => {
  server = await startTestServer();
  lanes = new Lanes([0, 1].map(() => connect(server.databaseUrl, { max: 1 })));
});
afterAll(async () => {
  await lanes.close();
  await server.stop();
});

const askPid = (seconds = 0) =>
  lanes.use(async (sql) => {
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(${seconds})`;
    return row?.pid;
  });

test('one after the other go by one connection', async () => {
  const pids = [await askPid(), await askPid(), await askPid()];
  expect(new Set(pids).size).toBe(1);
});

test('two at once go by two, and what comes then by the first again', async () => {
  const first = await askPid();
  const [one, other] = await Promise.all([askPid(0.1), askPid(0.1)]);
  expect(one).toBe(first);
  expect(other).not.toBe(first);
  expect(await askPid()).toBe(first);
});

test('one that fails is free again', async () => {
  const first = await askPid();
  await expect(lanes.use((sql) => sql`select 1 / 0`)).rejects.toThrow('division by zero');
  expect(await askPid()).toBe(first);
});
