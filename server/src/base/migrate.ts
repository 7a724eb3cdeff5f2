// Brings a database to this version: roles, then the migrations, one starter at a time.

import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import { connect, type DatabaseTarget, findCode } from './db.ts';
import { readDistributed } from './distribution.ts';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));

/**
 * Runs what is pending and sets for how many days events are kept. Safe to call from several nodes at once; needs a
 * user who may create roles and tables. Returns the days that held until now where they differ.
 */
export async function migrateDatabase(target: DatabaseTarget, retentionDays = 90): Promise<{ daysBefore?: number }> {
  // One connection: the advisory lock and the role are the session's.
  const sql = connect(target, { max: 1 });
  try {
    await sql`select pg_advisory_lock(hashtextextended('keytrail.migrate', 0))`;
    const [cluster] = await sql<{ citus: boolean }[]>`
      select exists (select from pg_extension where extname = 'citus') as citus`;
    // Until the accounts are spread everything is this node's own; what workers need they get when it is.
    if (cluster?.citus) await sql`set citus.enable_ddl_propagation to off`;
    await ensureRoles(sql);
    // The migrator says CREATE SCHEMA IF NOT EXISTS even for a schema that exists, which needs the right to.
    await sql`do $$ begin execute format('grant create on database %I to keytrail_owner', current_database()); end $$`;
    // Open on databases that are older than Postgres 15: functions that run as the owner look into this schema.
    await sql`revoke create on schema public from public`;
    await sql`grant usage, create on schema public to keytrail_owner`;
    await sql`grant usage on schema public to keytrail_app, keytrail_retention, keytrail_rotation`;
    const spread = cluster?.citus === true && (await readDistributed(sql));
    await sql`set role keytrail_owner`;
    if ((await readNewest(sql)) < wanted()) await runPending(sql, spread);
    const [changed] = await sql<{ days: number }[]>`
      update event_retention set days = ${retentionDays} from event_retention before
      where event_retention.days <> ${retentionDays} returning before.days`;
    return changed === undefined ? {} : { daysBefore: changed.days };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** On a cluster over which the accounts are spread, what is pending reaches the workers. */
async function runPending(sql: Sql, spread: boolean): Promise<void> {
  if (spread) {
    await sql`set citus.enable_ddl_propagation to on`;
    await sql`set citus.enable_unsafe_triggers to on`;
    await sql`set citus.multi_shard_modify_mode to 'sequential'`;
  }
  await migrate(drizzle(sql), {
    migrationsFolder,
    migrationsSchema: 'public',
    migrationsTable: 'keytrail_migrations',
  });
  await sql`grant select on keytrail_migrations to keytrail_app`;
}

/** When the newest migration of this version was made. */
function wanted(): number {
  return Math.max(...readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis));
}

/** When the newest that has run was made; 0 before the first. */
async function readNewest(sql: Sql): Promise<number> {
  const [table] = await sql<
    { there: boolean }[]
  >`select to_regclass('public.keytrail_migrations') is not null as there`;
  if (table?.there !== true) return 0;
  const [row] = await sql<{ newest: string | null }[]>`select max(created_at)::text as newest from keytrail_migrations`;
  return Number(row?.newest ?? 0);
}

/** For a server that is not to migrate: throws a ConfigError where somebody has to, or where a newer server did. */
export async function verifyMigrated(target: DatabaseTarget): Promise<void> {
  const sql = connect(target, { max: 1, role: 'keytrail_app' });
  try {
    const newest = await readNewest(sql);
    if (newest < wanted()) throw new ConfigError(migrateFirst);
    if (newest > wanted())
      throw new ConfigError('This database belongs to a newer version of Keytrail: start that one.');
  } catch (cause) {
    // The role is not there before the first migration, or the user was not granted it.
    if (!['22023', '42704', '42501'].includes(findCode(cause) ?? '')) throw cause;
    throw new ConfigError(migrateFirst, { cause });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const migrateFirst =
  'This database is not at this version of Keytrail, or DATABASE_URL names a user who was not granted keytrail_app and keytrail_retention: run keytrail migrate as an administrator.';

/** Roles belong to the whole server, so databases beside this one may be making them at the same moment. */
async function ensureRoles(sql: Sql): Promise<void> {
  try {
    for (const role of ['keytrail_owner', 'keytrail_app', 'keytrail_retention', 'keytrail_rotation']) {
      await sql.unsafe(`
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$`);
      // From Postgres 16 on, who makes a role may hand it on but not take it on, unless told so.
      await sql.unsafe(`
        DO $$
        DECLARE
          newer boolean := current_setting('server_version_num')::integer >= 160000;
          may_become boolean;
        BEGIN
          EXECUTE format('SELECT pg_has_role(current_user, %L, %L)', '${role}',
            CASE WHEN newer THEN 'SET' ELSE 'MEMBER' END) INTO may_become;
          IF NOT may_become THEN
            EXECUTE 'GRANT ${role} TO current_user' || CASE WHEN newer THEN ' WITH SET TRUE, INHERIT TRUE' ELSE '' END;
          END IF;
        END $$`);
    }
  } catch (cause) {
    if (findCode(cause) !== '42501') throw cause;
    throw new ConfigError(
      'DATABASE_URL must name a user who may create roles, or who was granted keytrail_owner, keytrail_app, keytrail_retention and keytrail_rotation.',
      { cause },
    );
  }
}
