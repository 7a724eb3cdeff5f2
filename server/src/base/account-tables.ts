// Which tables lie with their account and which lie apart, read from the schema: a table that is new needs no list.

import type { Sql } from 'postgres';

/**
 * What is looked up before anybody knows which account asks, or belongs to the installation. On a cluster these stay
 * on the coordinator.
 */
export const localTables: Record<string, string> = {
  accounts: 'found by e-mail address, which is unique over all accounts',
  sessions: 'found by token, which is unique over all accounts',
  identities: 'belongs to accounts, and is found with them',
  verifications: 'found by identifier; no account is known yet',
  sign_in_limits: 'counted by address and by e-mail address',
  server_facts: 'about the installation',
  master_keys: 'about the installation',
  nodes: 'about the installation',
  event_retention: 'about the installation; read by the functions that prune, which run on the coordinator',
  keytrail_migrations: 'about the installation',
};

export interface AccountTable {
  readonly name: string;
  /** Citus has spread it over the workers already. */
  readonly distributed: boolean;
}

/**
 * The tables of accounts, those that others refer to first. They are the ones that row-level security closes by
 * account. Throws for a table that is neither one of these nor known to lie apart.
 */
export async function listAccountTables(sql: Sql): Promise<AccountTable[]> {
  const tables = await readTables(sql);
  const unknown = tables.filter(({ name, closed }) => !closed && localTables[name] === undefined);
  if (unknown.length > 0) {
    throw new Error(
      `nobody has said where ${unknown.map(({ name }) => name).join(', ')} lies: with the account or apart`,
    );
  }
  const ofAccounts = tables.filter(({ closed }) => closed);
  const distributed = await listDistributed(sql);
  return inOrderOfReference(ofAccounts).map((name) => ({ name, distributed: distributed.has(name) }));
}

interface Table {
  readonly name: string;
  /** Has an account and is closed by row even to its owner. */
  readonly closed: boolean;
  readonly refers: readonly string[];
}

function readTables(sql: Sql): Promise<Table[]> {
  return sql<Table[]>`
    select c.relname as name,
      c.relforcerowsecurity and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id') as closed,
      array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as refers
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    -- The log's heads first: whatever else there is lies beside them.
    order by c.relname <> 'heads', c.relname`;
}

async function listDistributed(sql: Sql): Promise<Set<string>> {
  const [catalog] = await sql<{ there: boolean }[]>`select to_regclass('pg_dist_partition') is not null as there`;
  if (catalog?.there !== true) return new Set();
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid where p.partmethod = 'h'`;
  return new Set(rows.map(({ name }) => name));
}

function inOrderOfReference(tables: readonly Table[]): string[] {
  const order: string[] = [];
  const visit = (table: Table) => {
    if (order.includes(table.name)) return;
    for (const other of tables) if (other !== table && table.refers.includes(other.name)) visit(other);
    order.push(table.name);
  };
  for (const table of tables) visit(table);
  return order;
}
