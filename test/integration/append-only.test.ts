// The log cannot be changed through the database: each role tries, and each is refused by Postgres itself.

import { connect } from '@keytrail/server/base/db';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const roles = { 'the app': 'keytrail_app', 'the owner of the tables': 'keytrail_owner', 'the superuser': undefined };
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
  for (const table of ['events', 'heads', 'credentials', 'agents', 'agent_keys', 'grants']) {
    expect(await sql.unsafe(`select * from ${table}`), table).toHaveLength(0);
  }
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local keytrail.account_id = '${other}'`);
    expect((await tx`select distinct account_id from events`).map((row) => row.account_id)).toEqual([other]);
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
