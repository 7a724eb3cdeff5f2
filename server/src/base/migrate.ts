// Brings a database to this version: roles, then the migrations, one starter at a time.

import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import { connect, type DatabaseTarget, findCode } from './db.ts';

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
    await ensureRoles(sql);
    // The migrator says CREATE SCHEMA IF NOT EXISTS even for a schema that exists, which needs the right to.
    await sql`do $$ begin execute format('grant create on database %I to keytrail_owner', current_database()); end $$`;
    // Open on databases that are older than Postgres 15: functions that run as the owner look into this schema.
    await sql`revoke create on schema public from public`;
    await sql`grant usage, create on schema public to keytrail_owner`;
    await sql`grant usage on schema public to keytrail_app, keytrail_retention`;
    await sql`set role keytrail_owner`;
    await migrate(drizzle(sql), {
      migrationsFolder,
      migrationsSchema: 'public',
      migrationsTable: 'keytrail_migrations',
    });
    const [changed] = await sql<{ days: number }[]>`
      update event_retention set days = ${retentionDays} from event_retention before
      where event_retention.days <> ${retentionDays} returning before.days`;
    return changed === undefined ? {} : { daysBefore: changed.days };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Roles belong to the whole server, so databases beside this one may be making them at the same moment. */
async function ensureRoles(sql: Sql): Promise<void> {
  try {
    for (const role of ['keytrail_owner', 'keytrail_app', 'keytrail_retention']) {
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
      'DATABASE_URL must name a user who may create roles, or who was granted keytrail_owner, keytrail_app and keytrail_retention.',
      { cause },
    );
  }
}
