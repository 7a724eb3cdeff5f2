// `keytrail migrate`, as a person types it; with --distribute against a stand-in for Citus, on a Postgres of its own: it
// changes roles, which tests beside this one share.

import { randomBytes } from 'node:crypto';
import { type App, startApp } from '@keytrail/server/app';
import { readConfig } from '@keytrail/server/base/config';
import { connect } from '@keytrail/server/base/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { createLog } from '@keytrail/server/base/log';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { installStandIn, readCalls } from '../kit/citus-stand-in.ts';
import { createClient } from '../kit/client.ts';
import { keytrail } from '../kit/command.ts';
import { findFreePort } from '../kit/free-port.ts';
import { toKeySources } from '../kit/key-sources.ts';
import { signUp } from '../kit/people.ts';
import { runServerToItsEnd, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';

const masterKey = randomBytes(32);
const workerPassword = "it's a \\ secret";

let folder: TempDir;
let server: EmbeddedPostgres;
beforeAll(async () => {
  folder = await makeTempDir();
  server = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: () => undefined,
    loopbackPort: await findFreePort(),
  });
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

const withUrl = () => ({ DATABASE_URL: server.url, KEYTRAIL_WORKER_PASSWORD: workerPassword });
const distribute = () => keytrail(['migrate', '--distribute'], withUrl());

test('help is said when asked for, and for what makes no sense, which is an error', async () => {
  expect(await keytrail(['--help'])).toMatchObject({ code: 0, said: expect.stringContaining('migrate --distribute') });
  for (const args of [[], ['mirgate'], ['migrate', '--fast'], ['migrate', 'now']]) {
    expect(await keytrail(args), args.join(' ')).toMatchObject({ code: 2, said: expect.stringContaining('Usage') });
  }
});

test('without DATABASE_URL, or with nobody there, one sentence says what to do', async () => {
  expect(await keytrail(['migrate'])).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^DATABASE_URL is not set.*\n$/),
  });
  const away = await keytrail(['migrate'], { DATABASE_URL: `postgres://localhost:${await findFreePort()}/keytrail` });
  expect(away).toMatchObject({ code: 1, said: expect.stringMatching(/^The database does not answer.*\n$/) });
});

test('where Citus is not installed it says so, how to, and leaves the database migrated', async () => {
  expect(await keytrail(['migrate'], withUrl())).toEqual({ code: 0, said: 'The database is at this version.\n' });
  const { code, said } = await distribute();
  expect(code).toBe(1);
  expect(said).toMatch(/Citus is not installed in the database \w+: .*CREATE EXTENSION citus/);
});

test('a server that is not to migrate starts on a migrated database as a user who could not, and says so on others', async () => {
  const sql = connect(server.connection, { max: 1 });
  await sql.unsafe("create role plain login password 'plain'");
  await sql.unsafe('grant keytrail_app, keytrail_retention to plain');
  const url = new URL(server.url);
  [url.username, url.password] = ['plain', 'plain'];
  const variables = {
    KEYTRAIL_MIGRATE: 'off',
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_MASTER_KEY: `1:${masterKey.toString('base64')}`,
    DATABASE_URL: url.href,
  };
  const running = await startServerProcess(variables);
  expect((await fetch(`${running.url}/health`)).status).toBe(200);
  await running.kill('SIGTERM');
  await sql.unsafe('create database empty');
  url.pathname = '/empty';
  expect(await runServerToItsEnd({ ...variables, DATABASE_URL: url.href })).toEqual({
    code: 1,
    printed: expect.stringContaining('run keytrail migrate'),
  });
  await sql.end();
});

test('a cluster without workers is refused', async () => {
  await installStandIn(server.connection, folder.path);
  expect(await distribute()).toMatchObject({ code: 1, said: expect.stringContaining('citus_add_node') });
});

test('nothing is done while a server runs', async () => {
  const sql = connect(server.connection, { max: 1 });
  await sql`insert into pg_dist_node (nodename, nodeport) values ('worker-1.test', 5432), ('worker-2.test', 5432)`;
  expect(await distribute()).toMatchObject({ code: 1, said: expect.stringContaining('stop every server') });
  await sql.end();
  expect(await readCalls(server.connection)).toEqual([]);
});

test('the tables are spread by account beside the heads, referred ones first; functions go to their account', async () => {
  const { code, said } = await distribute();
  expect(said).toContain('The accounts are distributed.');
  expect(code).toBe(0);
  const calls = await readCalls(server.connection);
  const tables = calls.filter(({ name }) => name === 'create_distributed_table').map(({ args }) => args);
  expect(tables[0]).toEqual(['heads', 'account_id', 'none']);
  expect(tables.length).toBeGreaterThan(20);
  for (const args of tables.slice(1)) expect(args).toEqual([expect.any(String), 'account_id', 'heads']);
  const functions = calls.filter(({ name }) => name === 'create_distributed_function').map(({ args }) => args);
  expect(functions.filter(([, by]) => by !== null)).toEqual([
    ['append_for_account(uuid,text[],boolean)', '$1', 'heads', 'true'],
    [
      'append_for_account_counted(uuid,text[],boolean,integer[],text[],bigint[],bigint[],bigint)',
      '$1',
      'heads',
      'true',
    ],
    ['roll_up_for_account(uuid,integer)', '$1', 'heads', 'true'],
  ]);
  // What policies and triggers call must be there before the tables are.
  const names = functions.map(([name]) => name);
  const marking = 'mark_facets(uuid,timestamp with time zone,timestamp with time zone,integer[],integer)';
  for (const name of ['event_facet(jsonb)', marking, 'refuse_event_change()', 'refuse_head_change()']) {
    expect(names).toContain(name);
  }
  const order = calls.map(({ name, args }) => `${name} ${args[0]}`);
  expect(order.indexOf('create_distributed_function current_account_id()')).toBeLessThan(
    order.indexOf('create_distributed_table heads'),
  );
});

test('the roles log in with the password that the operator gave, which no statement holds', async () => {
  const url = new URL(server.url);
  for (const role of ['keytrail_app', 'keytrail_owner', 'keytrail_retention']) {
    url.username = role;
    url.password = encodeURIComponent(workerPassword);
    const sql = postgres(url.href, { max: 1 });
    expect([...(await sql`select current_user as role`)]).toEqual([{ role }]);
    await sql.end();
  }
  expect(JSON.stringify(await readCalls(server.connection))).not.toContain('secret');
  const sql = connect(server.connection, { max: 1 });
  const infos = await sql`select rolename::text, authinfo from pg_dist_authinfo order by 1`;
  expect(infos.map(({ rolename }) => rolename)).toEqual(['keytrail_app', 'keytrail_owner', 'keytrail_retention']);
  expect(infos[0]?.authinfo).toBe("password='it\\'s a \\\\ secret'");
  await sql.end();
});

test('policies hold the same without a subquery, and functions plan as a cluster needs it', async () => {
  const sql = connect(server.connection, { max: 1 });
  const policies = await sql<{ using: string; check: string }[]>`
    select pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check from pg_policy where polname = 'own_account'`;
  expect(policies.length).toBeGreaterThan(20);
  for (const policy of policies) {
    expect(policy).toEqual({
      using: '(account_id = current_account_id())',
      check: '(account_id = current_account_id())',
    });
  }
  const settings = await sql<{ name: string; set: string[] }[]>`
    select proname as name, proconfig as set from pg_proc
    where proname in ('search_events_older', 'search_events_newer', 'ensure_event_partitions', 'drop_event_partition')`;
  for (const { name, set } of settings) {
    expect(set, name).toEqual(
      expect.arrayContaining(
        name.startsWith('search')
          ? ['plan_cache_mode=force_custom_plan']
          : ['citus.enable_unsafe_triggers=on', 'citus.multi_shard_modify_mode=sequential'],
      ),
    );
  }
  await sql.end();
});

test('a second time it says that it was done, does nothing, and that is no error', async () => {
  const before = await readCalls(server.connection);
  const { code, said } = await distribute();
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('distributed already') });
  expect(await readCalls(server.connection)).toEqual(before);
});

async function start(): Promise<App> {
  const config = readConfig({ KEYTRAIL_PORT: '0', KEYTRAIL_LOG_LEVEL: 'silent', KEYTRAIL_DATA_DIR: '/nonexistent' });
  return startApp({
    config,
    log: createLog(config, { write: () => undefined }),
    target: server.connection,
    keys: toKeySources(masterKey),
  });
}

test('the server works on it, and knows by itself that it must work as on a cluster', async () => {
  const app = await start();
  expect(app.ctx.db.distributed).toBe(true);
  const { session } = await signUp(app.url);
  const client = createClient(app.url, session);
  const { accountId } = await client.account.me.query();
  await client.credentials.create.mutate({ kind: 'token', service: 'github', label: 'main', secret: { value: 'x' } });
  expect((await client.audit.list.query({ filter: { services: ['github'] } })).events).toHaveLength(1);
  expect(await client.credentials.list.query()).toHaveLength(1);
  await app.stop();
  expect(await checkLog(server.connection, accountId)).toHaveLength(2);
});

test('a table that an update brings stops the server until it is distributed, alone', async () => {
  const sql = connect(server.connection, { max: 1 });
  await sql.unsafe('create table newer (account_id uuid primary key)');
  await sql.unsafe('alter table newer enable row level security, force row level security');
  await expect(start()).rejects.toThrow(/not distributed yet \(newer\).*keytrail migrate --distribute/);
  await sql.end();
  const before = (await readCalls(server.connection)).length;
  expect(await distribute()).toMatchObject({ code: 0, said: expect.stringContaining('newer lies with its accounts') });
  const tables = (await readCalls(server.connection))
    .slice(before)
    .filter(({ name }) => name === 'create_distributed_table');
  expect(tables.map(({ args }) => args[0])).toEqual(['newer']);
});
