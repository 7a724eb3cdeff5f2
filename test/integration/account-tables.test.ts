// The schema can be spread over a cluster by account: read off the catalog of a migrated database, whatever it holds.

import { listAccountTables, localTables } from '@keytrail/server/base/account-tables';
import { connect } from '@keytrail/server/base/db';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';

let database: TestDatabase;
let sql: Sql;
let ofAccounts: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  await migrateDatabase(database.url);
  sql = connect(database.url, { max: 1 });
  ofAccounts = (await listAccountTables(sql)).map(({ name }) => name);
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

test('every table lies with its account, or apart for a reason', async () => {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  expect(rows.map(({ name }) => name)).toEqual([...ofAccounts, ...Object.keys(localTables)].sort());
  expect(ofAccounts.length).toBeGreaterThan(10);
});

test('a table that is closed to no account and that nobody has thought of is refused by name', async () => {
  await sql.unsafe('create table forgotten (account_id uuid, id uuid)');
  await expect(listAccountTables(sql)).rejects.toThrow(/forgotten/);
  await sql.unsafe('drop table forgotten');
});

test('every primary key and unique index begins with the account, the partitions’ own too', async () => {
  const indexes = await sql<{ name: string; first: string }[]>`
    select i.indexrelid::regclass::text as name, a.attname as first
    from pg_index i join pg_class c on c.oid = i.indrelid
    left join pg_partition_ancestors(c.oid) up on up.relid <> c.oid
    left join pg_class parent on parent.oid = up.relid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indisunique and coalesce(parent.relname, c.relname) = any (${ofAccounts})`;
  expect(indexes.filter(({ first }) => first !== 'account_id')).toEqual([]);
  // Of each leaf: the primary key, the sequence, the id.
  expect(indexes.filter(({ name }) => name.startsWith('events_2')).length).toBeGreaterThanOrEqual(9);
  expect(indexes.length).toBeGreaterThanOrEqual(ofAccounts.length);
});

test('the account is the first column of its tables, and never empty', async () => {
  const firsts = await sql<{ name: string; first: string; type: string; required: boolean }[]>`
    select c.relname as name, a.attname as first, a.atttypid::regtype::text as type, a.attnotnull as required
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum = 1
    where c.relnamespace = 'public'::regnamespace and c.relname = any (${ofAccounts})`;
  for (const table of firsts) expect(table).toMatchObject({ first: 'account_id', type: 'uuid', required: true });
});

test('a foreign key stays within the account; what others refer to comes first', async () => {
  const keys = await sql<{ name: string; source: string; target: string; columns: string[]; targets: string[] }[]>`
    select f.conname as name, s.relname as source, t.relname as target,
      array(select a.attname::text from unnest(f.conkey) k join pg_attribute a on a.attrelid = s.oid and a.attnum = k) as columns,
      array(select a.attname::text from unnest(f.confkey) k join pg_attribute a on a.attrelid = t.oid and a.attnum = k) as targets
    from pg_constraint f join pg_class s on s.oid = f.conrelid join pg_class t on t.oid = f.confrelid
    where f.contype = 'f' and f.connamespace = 'public'::regnamespace and (s.relname = any (${ofAccounts}) or t.relname = any (${ofAccounts}))`;
  expect(keys.length).toBeGreaterThan(2);
  for (const { name, source, target, columns, targets } of keys) {
    expect([columns[0], targets[0]], name).toEqual(['account_id', 'account_id']);
    expect(ofAccounts.indexOf(target), name).toBeLessThan(ofAccounts.indexOf(source));
    expect(ofAccounts, name).toContain(target);
  }
  expect(ofAccounts[0]).toBe('heads');
});

test('no table of accounts draws its numbers from a sequence', async () => {
  const drawn = await sql`
    select c.relname from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class c on c.oid = d.refobjid
    where d.deptype in ('a', 'i') and c.relname = any (${ofAccounts})`;
  expect([...drawn]).toEqual([]);
});

test('what an append takes for many accounts it takes for one', async () => {
  const rows = await sql<{ name: string; takes: string[] }[]>`
    select proname as name, array(select unnest(proargnames[2:])) as takes from pg_proc
    where pronamespace = 'public'::regnamespace and proname ~ '^append_(batch|for_account)'`;
  const takes = new Map(rows.map((row) => [row.name, row.takes]));
  const batches = [...takes.keys()].filter((name) => name.startsWith('append_batch'));
  expect(batches.length).toBeGreaterThan(1);
  for (const name of batches) {
    expect(takes.get(name.replace('append_batch', 'append_for_account')), name).toEqual(takes.get(name));
  }
  expect(takes.size).toBe(batches.length * 2);
});
