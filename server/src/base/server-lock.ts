// One server to a data folder: a session lock in its Postgres, which ends with the process however it ends.

import type { Sql } from 'postgres';
import { connect, type DatabaseTarget } from './db.ts';

const patienceMs = 3000;

/**
 * Takes the lock and holds it until released. Null when another server has it; a server that was killed a moment ago
 * still has its connection open, hence the patience.
 */
export async function takeServerLock(target: DatabaseTarget): Promise<{ release(): Promise<void> } | null> {
  const sql = connect(target, { max: 1, idleTimeout: null });
  const deadline = Date.now() + patienceMs;
  while (!(await tryLock(sql))) {
    if (Date.now() > deadline) {
      await sql.end();
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { release: () => sql.end({ timeout: 5 }) };
}

async function tryLock(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ taken: boolean }[]>`
    select pg_try_advisory_lock(hashtextextended('keytrail.server', 0)) as taken`;
  return row?.taken === true;
}
