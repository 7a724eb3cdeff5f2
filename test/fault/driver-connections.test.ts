// The driver's connections, ended by the database again and again: every statement is answered, be it with an error, and the
// next one works. Mended in `server/patches`.

import { connect } from '@keytrail/server/base/db';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../kit/database.ts';

const ends = 25;

test.each([1, 2, 6])('a pool of %i works on, however often its connections end', async (max) => {
  const database = await createTestDatabase();
  const sql = connect(database.url, { max });
  const admin = connect(database.url, { max: 1 });
  let answered = 0;
  let working = true;
  const ask = () => sql`select ${['text']}::text[], pg_sleep(0.001)`;
  // Tried again at once, while the connection may still be on its way to its end.
  const work = async () => {
    while (working) {
      await ask().catch(() => ask().catch(() => undefined));
      answered += 1;
    }
  };
  const workers = Promise.all([work(), work()]);
  for (let end = 0; end < ends; end++) {
    const before = answered;
    await expect.poll(() => answered, { interval: 10, timeout: 5_000 }).toBeGreaterThan(before + 5);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
  }
  working = false;
  await workers;
  await sql.end({ timeout: 5 });
  await admin.end();
  await database.drop();
});
