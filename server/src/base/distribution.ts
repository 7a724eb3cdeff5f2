// Whether this installation's accounts are spread over a Citus cluster: a fact that `keytrail migrate --distribute`
// leaves in the database, read once at the start.

import type { Sql } from 'postgres';
import { listAccountTables } from './account-tables.ts';
import { ConfigError } from './config.ts';
import { connect, type DatabaseTarget } from './db.ts';

const fact = 'distributed';

/** Throws a ConfigError where a migration has brought tables that are not spread yet. */
export async function isDistributed(target: DatabaseTarget): Promise<boolean> {
  const sql = connect(target, { max: 1, role: 'keytrail_app' });
  try {
    if (!(await readDistributed(sql))) return false;
    const [cluster] = await sql<{ there: boolean }[]>`select to_regclass('pg_dist_partition') is not null as there`;
    const left = (await listAccountTables(sql)).filter(({ distributed }) => !distributed);
    if (cluster?.there === true && left.length > 0) {
      const names = left.map(({ name }) => name).join(', ');
      throw new ConfigError(
        `New tables are not distributed yet (${names}): stop every server and run keytrail migrate --distribute.`,
      );
    }
    return true;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The same, on a connection that is open already. False, too, where there is nothing yet. */
export async function readDistributed(sql: Sql): Promise<boolean> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('public.server_facts') is not null as there`;
  if (table?.there !== true) return false;
  const [row] = await sql`select from server_facts where name = ${fact}`;
  return row !== undefined;
}

/** From the next start on, servers work as they must on a cluster. */
export async function noteDistributed(sql: Sql): Promise<void> {
  await sql`insert into server_facts (name, value) values (${fact}, ''::bytea) on conflict (name) do nothing`;
}
