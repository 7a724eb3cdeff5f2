// Spreads the accounts over the workers of a Citus cluster: every table of accounts by its account, side by side, and the
// functions that work on one account to where the account lies. Each step can be taken again.

import type { Sql } from 'postgres';
import { type AccountTable, listAccountTables } from './account-tables.ts';
import { closeFunctions, prepareRoles, verifyLogins } from './cluster-roles.ts';
import { ConfigError } from './config.ts';
import { connect, type DatabaseTarget } from './db.ts';
import { noteDistributed, readDistributed } from './distribution.ts';

/** Called by policies, by statements and by what is handed to a worker; what triggers call goes along with them. */
const everywhere = '^(current_account_id|event_facet|mark_facets|common_members)$';

/**
 * By name. They are handed to the worker of their first argument, also within a transaction: there they find what the
 * caller has changed.
 */
const delegated = '_for_account(_|$)';

/** They run on the coordinator, where a plan for whatever account could not be told its worker. */
const planned = '^(search_events_|load_(agent|proxy)_call$)';

/** Makes, attaches, detaches and drops partitions: one connection to a worker at a time, with the triggers of a leaf. */
const shaping = '^(ensure|drop)_event_partitions?$';

export interface Distribution {
  /** The tables that this run has spread; empty when all were already. */
  readonly tables: readonly string[];
}

/**
 * The database must be migrated and no server may run on it. Throws a ConfigError that says what to do where the
 * cluster is not ready.
 */
export async function distributeDatabase(
  target: DatabaseTarget,
  options: { workerPassword: string | null; say: (line: string) => void },
): Promise<Distribution> {
  const sql = connect(target, { max: 1 });
  try {
    await sql`select pg_advisory_lock(hashtextextended('keytrail.migrate', 0))`;
    await verifyCluster(sql);
    const left = (await listAccountTables(sql)).filter(({ distributed }) => !distributed);
    if (left.length === 0 && (await readDistributed(sql))) return { tables: [] };
    await verifyAlone(sql);
    await sql`set citus.enable_unsafe_triggers to on`;
    await sql`set citus.multi_shard_modify_mode to 'sequential'`;
    options.say('The roles may log in to the workers.');
    await prepareRoles(sql, options.workerPassword);
    await dropVersions(sql);
    await distributeTables(sql, left, options.say);
    await distributeFunctions(sql);
    await dropLocalCopies(sql, left);
    await noteDistributed(sql);
    return { tables: left.map(({ name }) => name) };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function verifyCluster(sql: Sql): Promise<void> {
  const [here] = await sql<{ citus: boolean; superuser: boolean; database: string }[]>`
    select exists (select from pg_extension where extname = 'citus') as citus, current_database() as database,
      (select rolsuper from pg_roles where rolname = current_user) as superuser`;
  if (here?.citus !== true) {
    throw new ConfigError(
      `Citus is not installed in the database ${here?.database}: add citus to shared_preload_libraries, restart Postgres, run CREATE EXTENSION citus in this database on the coordinator and on every worker, and add the workers with citus_add_node.`,
    );
  }
  if (!here.superuser) {
    throw new ConfigError('Only a superuser can distribute: run this once with a DATABASE_URL that names one.');
  }
  const [cluster] = await sql<{ coordinator: boolean; nodes: number }[]>`
    select citus_is_coordinator() as coordinator,
      (select count(*)::int from pg_dist_node where noderole = 'primary' and isactive and shouldhaveshards) as nodes`;
  if (cluster?.coordinator !== true) {
    throw new ConfigError('DATABASE_URL names a worker: give it the address of the coordinator.');
  }
  if (cluster.nodes === 0) {
    throw new ConfigError('The cluster has no worker yet: add one with citus_add_node, then run this again.');
  }
}

/** A connection that was closed a moment ago, such as that of the migrations, may still be seen. */
async function verifyAlone(sql: Sql): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const [row] = await sql<{ others: number }[]>`
      select count(*)::int as others from pg_stat_activity
      where datname = current_database() and application_name = 'keytrail' and pid <> pg_backend_pid()`;
    if (row?.others === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new ConfigError('Keytrail is running on this database: stop every server, then run this again.');
}

async function distributeTables(sql: Sql, tables: readonly AccountTable[], say: (line: string) => void): Promise<void> {
  const needed = [...(await findFunctions(sql, everywhere)), ...(await findTriggerFunctions(sql))];
  for (const name of needed) await sql`select create_distributed_function(${name}::regprocedure)`;
  await closeFunctions(sql, needed);
  for (const { name } of tables) {
    await plainPolicies(sql, name);
    const beside = name === 'heads' ? 'none' : 'heads';
    await sql`select create_distributed_table(${name}::regclass, 'account_id', colocate_with => ${beside})`;
    say(`${name} lies with its accounts.`);
    if (name === 'heads') await verifyLogins(sql);
  }
}

/** Citus takes no subquery in a policy. Called rather than selected from, the account is the same. */
async function plainPolicies(sql: Sql, table: string): Promise<void> {
  const selected = /\(\s*select (current_account_id\(\))( as current_account_id)?\s*\)/gi;
  const policies = await sql<{ name: string; using: string | null; check: string | null }[]>`
    select polname as name, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
    from pg_policy where polrelid = ${table}::regclass`;
  for (const { name, using, check } of policies) {
    const [plainUsing, plainCheck] = [using, check].map((text) => text?.replace(selected, '$1'));
    if (plainUsing === using && plainCheck === check) continue;
    const parts = [
      ...(plainUsing === undefined ? [] : [`USING (${plainUsing})`]),
      ...(plainCheck === undefined ? [] : [`WITH CHECK (${plainCheck})`]),
    ];
    await sql`alter policy ${sql(name)} on ${sql(table)} ${sql.unsafe(parts.join(' '))}`;
  }
}

/** The version of an account's settings is kept by triggers that a cluster does not know, and asked for by no node of one. */
async function dropVersions(sql: Sql): Promise<void> {
  const triggers = await sql<{ name: string; table: string }[]>`
    select t.tgname as name, t.tgrelid::regclass::text as table from pg_trigger t
    where t.tgfoid = 'note_settings_change'::regproc order by 2, 1`;
  for (const { name, table } of triggers) await sql`drop trigger ${sql(name)} on ${sql(table)}`;
}

async function distributeFunctions(sql: Sql): Promise<void> {
  const handed = await findFunctions(sql, delegated);
  for (const name of handed) {
    await sql`
      select create_distributed_function(${name}::regprocedure, '$1', colocate_with => 'heads', force_delegation => true)`;
  }
  await closeFunctions(sql, handed);
  for (const name of await findFunctions(sql, planned)) {
    await sql.unsafe(`ALTER FUNCTION ${name} SET plan_cache_mode = force_custom_plan`);
  }
  for (const name of await findFunctions(sql, shaping)) {
    await sql.unsafe(`ALTER FUNCTION ${name} SET citus.enable_unsafe_triggers = on`);
    await sql.unsafe(`ALTER FUNCTION ${name} SET citus.multi_shard_modify_mode = 'sequential'`);
  }
}

async function findFunctions(sql: Sql, pattern: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'public'::regnamespace and proname ~ ${pattern} order by 1`;
  return rows.map(({ name }) => name);
}

async function findTriggerFunctions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype order by 1`;
  return rows.map(({ name }) => name);
}

/**
 * What was copied to the workers is still on this node's disk, out of sight and beyond deletion. The log's own tables
 * refuse to be emptied: of events, the copies go with their partition.
 */
async function dropLocalCopies(sql: Sql, tables: readonly AccountTable[]): Promise<void> {
  for (const { name } of tables) {
    const [row] = await sql<{ copied: boolean; kept: boolean }[]>`
      select pg_relation_size(${name}::regclass) > 0 as copied,
        exists (select from pg_trigger where tgrelid = ${name}::regclass and tgtype & 32 <> 0) as kept`;
    if (row?.copied === true && !row.kept)
      await sql`select truncate_local_data_after_distributing_table(${name}::regclass)`;
  }
}
