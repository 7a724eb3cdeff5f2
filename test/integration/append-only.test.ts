// The log cannot be changed through the database: each role tries, and each is refused by Postgres itself.

import { rollUp } from '@keytrail/server/audit/roll-up';
import { connect } from '@keytrail/server/base/db';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ageLogs, toPruneBody } from '../kit/age-log.ts';
import { checkLog } from '../kit/check-log.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let accountId: string;
let leaf: string;
beforeAll(async () => {
  server = await startTestServer();
  accountId = (await (await server.createOwner()).client.account.me.query()).accountId;
  const owner = connect(server.databaseUrl, { max: 1 });
  const [row] = await owner<{ leaf: string }[]>`select tableoid::regclass::text as leaf from events limit 1`;
  leaf = row?.leaf ?? '';
  await owner.end();
});
afterAll(() => server.stop());

const changes = (table: string) => [
  `update ${table} set type = 'agent_access'`,
  `delete from ${table}`,
  `truncate ${table}`,
];

const roles = {
  'the app': 'keytrail_app',
  'the role that prunes': 'keytrail_retention',
  'the role that rotates the master key': 'keytrail_rotation',
  'the owner of the tables': 'keytrail_owner',
  'the superuser': undefined,
};
describe.each(Object.entries(roles))('%s', (_name, role) => {
  let sql: Sql;
  beforeAll(() => {
    sql = connect(server.databaseUrl, { max: 1, ...(role === undefined ? {} : { role }) });
  });
  afterAll(() => sql.end());

  test('cannot change, delete or empty events, by the table or by a partition', async () => {
    for (const statement of [...changes('events'), ...changes(leaf)]) {
      await expect(sql.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
    expect(await checkLog(server.databaseUrl, accountId)).toHaveLength(1);
  });

  test('cannot set a head back, nor remove it', async () => {
    for (const statement of [
      'update heads set next_seq = next_seq - 1',
      "update heads set last_recorded_at = last_recorded_at - interval '1 second'",
      'update heads set account_id = gen_random_uuid()',
      "update heads set log_id = decode(repeat('00', 16), 'hex')",
      'delete from heads',
      'truncate heads',
    ]) {
      await expect(sql.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  });
});

/** Statements that each of these roles is refused, whether by right, by policy or by a function's own check. */
async function expectRefusals(role: string, statements: readonly string[]): Promise<void> {
  const sql = connect(server.databaseUrl, { max: 1, role });
  await sql.unsafe(`set keytrail.account_id = '${accountId}'`);
  for (const statement of statements) {
    await expect(sql.unsafe(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: '42501' });
  }
  await sql.end();
}

const derived = [
  'event_facets',
  'event_members',
  'event_spans',
  'event_slots',
  'event_reasons',
  'event_rollups',
  'event_retention',
];
const derivedChanges = derived.flatMap((table) => [
  `insert into ${table} select * from ${table}`,
  `update ${table} set ${table === 'event_retention' ? 'days = 1' : 'account_id = account_id'}`,
  `delete from ${table}`,
  `truncate ${table}`,
  `drop table ${table}`,
  `alter table ${table} disable row level security`,
]);
const building = [
  'create table public.mine (x int)',
  'create function public.mine() returns int language sql return 1',
  'create schema mine',
  'create extension hstore',
  'alter role keytrail_app superuser',
];

test('the app cannot prune, drop, set the retention, rewrite what is counted, or build anything', async () => {
  await expectRefusals('keytrail_app', [
    ...derivedChanges,
    ...building,
    `select prune_events('${accountId}', now(), '{}')`,
    `select drop_event_partition('${leaf}')`,
    'select * from prunable_accounts(now())',
    'select * from aged_event_partitions()',
    `select event_facet('{}')`,
  ]);
});

test('the app cannot set what was counted: only an append moves it', async () => {
  await expectRefusals(
    'keytrail_app',
    ['use_counters', 'use_times'].flatMap((table) => [
      `insert into ${table} select * from ${table}`,
      `update ${table} set account_id = account_id`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]),
  );
});

test('the role that prunes can do nothing else: no reading, no recording, no counting', async () => {
  const tables = ['events', leaf, 'heads', 'credentials', 'agents', 'agent_keys', 'grants', 'saved_views', 'sessions'];
  await expectRefusals('keytrail_retention', [
    ...[...tables, ...derived.filter((table) => table !== 'event_retention')].map((table) => `select * from ${table}`),
    ...derivedChanges,
    ...building,
    `select append_batch(array['${accountId}']::uuid[], array['{}'], false)`,
    `select append_batch_counted(array['${accountId}']::uuid[], array['{}'], false, '{}', '{}', '{}', '{}', 0)`,
    'select prune_use_times()',
    'select accounts_with_denial_folds(now())',
    `select roll_up_events('${accountId}', 10)`,
    'select ensure_event_partitions(1, 1)',
    `alter table events detach partition ${leaf}`,
    `drop table ${leaf}`,
  ]);
});

describe('the role that prunes', () => {
  let sql: Sql;
  let aged: string;
  let what: { end_at: string; count: string; first_seq: string; last_seq: string };
  beforeAll(async () => {
    aged = crypto.randomUUID();
    await ageLogs(server.databaseUrl, [aged], 200);
    sql = connect(server.databaseUrl, { max: 1, role: 'keytrail_retention' });
    const [row] = await sql<(typeof what)[]>`
      select end_at::text, p.* from aged_event_partitions() cross join lateral prunable_accounts(end_at) p
      where account_id = ${aged} order by end_at limit 1`;
    if (row === undefined) throw new Error('nothing has aged out');
    what = row;
  });
  afterAll(() => sql.end());

  const prune = (account: string, before: string, body: string) =>
    sql`select prune_events(${account}, ${before}, ${body}) as done`;

  test('prunes nothing younger than the retention, and to no edge of its own choice', async () => {
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    const cut = new Date(Date.parse(what.end_at) - 3_600_000).toISOString();
    for (const before of [soon, 'infinity', new Date().toISOString(), cut]) {
      await expect(prune(aged, before, toPruneBody(what)), before).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('prunes nothing without saying exactly what goes, and says nothing else', async () => {
    const body = JSON.parse(toPruneBody(what));
    const lies = [
      {},
      { ...body, count: Number(what.count) - 1 },
      { ...body, lastSeq: Number(what.last_seq) + 1 },
      { ...body, firstSeq: 1 },
      { ...body, action: 'update' },
      { ...body, type: 'secret_access' },
      { ...body, source: 'direct' },
      { ...body, agentId: crypto.randomUUID() },
    ];
    for (const lie of lies) {
      await expect(prune(aged, what.end_at, JSON.stringify(lie))).rejects.toMatchObject({ code: '42501' });
    }
    await expect(prune(aged, what.end_at, '[]')).rejects.toThrow();
    expect(await checkLog(server.databaseUrl, aged)).toHaveLength(200);
  });

  test('drops no partition that is young, that holds unpruned events, or that is another table', async () => {
    const [oldest] = await sql`select leaf from aged_event_partitions() where end_at = ${what.end_at}`;
    const drop = (name: string) => sql`select drop_event_partition(${name}) as done`;
    await expect(drop(leaf)).rejects.toMatchObject({ code: '42501' });
    await expect(drop(String(oldest?.leaf))).rejects.toMatchObject({ code: '55006' });
    for (const name of ['credentials', 'events', 'heads']) {
      await expect(drop(name), name).rejects.toMatchObject({ code: '42501' });
    }
    for (const name of ['pg_catalog.pg_class', 'credentials"; drop table heads; --', 'no such table']) {
      expect([...(await drop(name))], name).toEqual([{ done: false }]);
    }
  });

  test('prunes what has aged out, once', async () => {
    expect([...(await prune(aged, what.end_at, toPruneBody(what)))]).toEqual([{ done: true }]);
    expect([...(await prune(aged, what.end_at, toPruneBody(what)))]).toEqual([{ done: false }]);
  });
});

test('a role of ours belongs to no other, logs in nowhere and has no rights of an administrator', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  const members = await sql`
    select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member where m.rolname like 'keytrail\\_%'`;
  expect([...members]).toEqual([]);
  const strong =
    await sql`select rolname from pg_roles where rolname in ('keytrail_owner', 'keytrail_app', 'keytrail_retention', 'keytrail_rotation')
    and (rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)`;
  expect([...strong]).toEqual([]);
  await sql.end();
});

test('functions that run as the owner are fixed in their search_path and closed to everybody who needs none', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  const functions = await sql<{ name: string; path: string | null; definer: boolean; open: boolean; owner: string }[]>`
    select p.proname as name, p.prosecdef as definer, pg_get_userbyid(p.proowner) as owner,
      (select c from unnest(p.proconfig) c where c like 'search_path=%') as path,
      has_function_privilege('public', p.oid, 'execute') as open
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
  const definers = functions.filter(({ definer }) => definer);
  expect(definers.length).toBeGreaterThan(5);
  for (const { name, path, open, owner } of definers) {
    expect({ name, path, open, owner }).toEqual({
      name,
      path: expect.stringMatching(/^search_path=pg_catalog, (public, )?pg_temp$/),
      open: false,
      owner: 'keytrail_owner',
    });
  }
  // Safe for as long as nobody but the owner can put anything into public.
  const [row] = await sql`select has_schema_privilege('public', 'public', 'create') as open`;
  expect(row).toEqual({ open: false });
  // What policies call, and nothing that reads a table.
  expect(functions.filter(({ open }) => open).map(({ name }) => name)).toEqual(['current_account_id']);
  await sql.end();
});

test('tables of a session’s own do not stand in for the log’s, whatever the search_path', async () => {
  const sql = connect(server.databaseUrl, { max: 1, role: 'keytrail_app' });
  await sql.unsafe('set search_path = pg_temp, public');
  await sql.unsafe(
    'create temp table heads (account_id uuid, log_id bytea, next_seq bigint, last_recorded_at timestamptz)',
  );
  await sql.unsafe('create temp table event_retention (one boolean, days integer)');
  await sql.unsafe(`select public.roll_up_events('${accountId}', 10)`);
  await sql.unsafe(`select * from public.append_batch(array['${accountId}']::uuid[], array[$$${toBody()}$$], false)`);
  expect([...(await sql`select * from pg_temp.heads`)]).toEqual([]);
  await sql.end();
  await checkLog(server.databaseUrl, accountId);
});

function toBody(): string {
  return JSON.stringify({
    action: 'update',
    id: crypto.randomUUID(),
    occurredAt: new Date().toISOString(),
    outcome: 'ok',
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    source: 'direct',
    title: 'Changed',
    type: 'vault_change',
  });
}

test('every table of an account is closed by row, against its owner, too', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  const open = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity) order by 1`;
  // Looked up by token or address before anybody is known to ask.
  expect(open.map(({ name }) => name)).toEqual(['identities', 'sessions']);
  await sql.end();
});

test('replica mode does not switch the refusal off', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`set session_replication_role = replica`;
  for (const statement of changes('events')) {
    await expect(sql.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' });
  }
  await sql.end();
});

test('the app cannot write events past the append, nor move a head, nor read a partition', async () => {
  const sql = connect(server.databaseUrl, { max: 1, role: 'keytrail_app' });
  for (const statement of [
    'insert into events select * from events',
    `insert into ${leaf} select * from events`,
    'update heads set next_seq = 0',
    'delete from heads',
    `select * from ${leaf}`,
    'alter table events disable trigger all',
    `alter table events detach partition ${leaf}`,
    `drop table ${leaf}`,
  ]) {
    await expect(sql.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' });
  }
  await sql.end();
});

test('without a named account the app sees no row, and with one only that account’s', async () => {
  const other = (await (await server.createOwner()).client.account.me.query()).accountId;
  const sql = connect(server.databaseUrl, { max: 1, role: 'keytrail_app' });
  const tables = ['events', 'heads', 'credentials', 'agents', 'agent_keys', 'grants', 'saved_views'];
  await rollUp(server.app.ctx.db, accountId);
  const counted = ['event_facets', 'event_members', 'event_spans', 'event_slots', 'event_rollups'];
  for (const table of [...tables, ...counted, 'event_reasons']) {
    expect(await sql.unsafe(`select * from ${table}`), table).toHaveLength(0);
  }
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local keytrail.account_id = '${other}'`);
    expect((await tx`select distinct account_id from events`).map((row) => row.account_id)).toEqual([other]);
    await tx.unsafe(`set local keytrail.account_id = '${accountId}'`);
    for (const table of counted) {
      const seen = await tx.unsafe(`select distinct account_id from ${table}`);
      expect(
        seen.map((row) => row.account_id),
        table,
      ).toEqual([accountId]);
    }
  });
  await sql.end();
});

test('the same event again gets its first receipt; other content under its id is a conflict', async () => {
  const { ctx } = server.app;
  const body = {
    id: crypto.randomUUID(),
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    occurredAt: new Date().toISOString(),
    type: 'secret_access',
    action: 'reveal',
    source: 'direct',
    outcome: 'ok',
    title: 'Direct Access',
  } as const;
  const { appendBody } = await import('@keytrail/server/audit/append');
  const [first, together] = await Promise.all([appendBody(ctx, accountId, body), appendBody(ctx, accountId, body)]);
  const again = await appendBody(ctx, accountId, body);
  expect([together, again]).toEqual([first, first]);
  await expect(appendBody(ctx, accountId, { ...body, title: 'Other' })).rejects.toMatchObject({
    code: 'event_conflict',
  });
  await checkLog(server.databaseUrl, accountId);
});
