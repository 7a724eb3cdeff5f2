// The roles of a cluster. Citus reaches a worker as the role that asks, so each must exist there and may log in; what they
// may do on the coordinator they may do on the workers.

import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import { toScramVerifier } from './scram.ts';

const roles = ['keytrail_owner', 'keytrail_app', 'keytrail_retention'];
const extensions = ['pg_trgm', 'btree_gin'];

/**
 * Lets the roles log in, everywhere. With a password they log in by it, and the coordinator is told; without one only
 * where the workers trust the coordinator, by address or by certificate.
 */
export async function prepareRoles(sql: Sql, password: string | null): Promise<void> {
  const login = password === null ? 'LOGIN' : `LOGIN PASSWORD '${toScramVerifier(password, randomBytes(16))}'`;
  await runEverywhere(sql, [
    ...roles.map(
      (role) => `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF`,
    ),
    ...roles.map((role) => `ALTER ROLE ${role} ${login}`),
    "EXECUTE format('GRANT CREATE ON DATABASE %I TO keytrail_owner', current_database())",
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    'GRANT USAGE, CREATE ON SCHEMA public TO keytrail_owner',
    'GRANT USAGE ON SCHEMA public TO keytrail_app, keytrail_retention',
    ...extensions.map((name) => `CREATE EXTENSION IF NOT EXISTS ${name}`),
  ]);
  if (password === null) return;
  const secret = `password='${password.replace(/[\\']/g, '\\$&')}'`;
  for (const role of roles) {
    await sql`delete from pg_dist_authinfo where nodeid = 0 and rolename = ${role}`;
    await sql`insert into pg_dist_authinfo (nodeid, rolename, authinfo) values (0, ${role}, ${secret})`;
  }
}

/** A function that reached the workers is open to everybody there until it is closed as it is here. */
export async function closeFunctions(sql: Sql, functions: readonly string[]): Promise<void> {
  const rows = await sql<{ name: string; app: boolean }[]>`
    select oid::regprocedure::text as name, has_function_privilege('keytrail_app', oid, 'execute') as app from pg_proc
    where oid::regprocedure::text = any (${functions}) and not has_function_privilege('public', oid, 'execute')`;
  await runEverywhere(
    sql,
    rows.flatMap(({ name, app }) => [
      `REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`,
      ...(app ? [`GRANT EXECUTE ON FUNCTION ${name} TO keytrail_app`] : []),
    ]),
  );
}

/** Throws a ConfigError unless every worker lets the roles in that are to reach it. Needs `heads` to be distributed. */
export async function verifyLogins(sql: Sql): Promise<void> {
  for (const role of ['keytrail_owner', 'keytrail_app']) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(`SET LOCAL ROLE ${role}`);
        // Of every shard, so that every worker is asked.
        await tx`select count(*) from heads`;
      });
    } catch (cause) {
      throw new ConfigError(
        `The workers do not let ${role} in (${cause instanceof Error ? cause.message : String(cause)}): let them trust the coordinator in pg_hba.conf, or set KEYTRAIL_WORKER_PASSWORD and run this again.`,
        { cause },
      );
    }
  }
}

/** On this node and on every worker the same; none of it is to be passed on by Citus, which may know none of it yet. */
async function runEverywhere(sql: Sql, statements: readonly string[]): Promise<void> {
  const block = `DO $keytrail$ BEGIN SET LOCAL citus.enable_ddl_propagation TO off; ${statements.join('; ')}; END $keytrail$`;
  await sql.unsafe(block);
  const answers = await sql<{ node: string; success: boolean; result: string }[]>`
    select nodename || ':' || nodeport as node, success, result from run_command_on_workers(${block})`;
  const failed = answers.find(({ success }) => !success);
  if (failed !== undefined) throw new ConfigError(`The worker ${failed.node} could not be prepared: ${failed.result}`);
}
