// Installations from before the database knew its master keys: they go on with the keys that they had, and nobody is signed out.

import { hkdfSync, randomBytes } from 'node:crypto';
import { connect } from '@keytrail/server/base/db';
import { open, seal, toMasterKeys } from '@keytrail/server/base/envelope';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { runServerToItsEnd, startServerProcess } from '../kit/server-process.ts';

const bytes = new Map([1, 2].map((version) => [version, randomBytes(32)]));
const [old, newer] = [...bytes].map(([version, key]) => `${version}:${key.toString('base64')}`);

let database: TestDatabase;
let sql: Sql;
let variables: Record<string, string>;
beforeEach(async () => {
  database = await createTestDatabase();
  await migrateDatabase(database.url);
  sql = connect(database.url, { max: 1 });
  const check = { accountId: '', credentialId: '', field: 'master_key_check', version: 1 };
  const value = seal(toMasterKeys(1, bytes), check, 'master_key_check');
  await sql`insert into server_facts (name, value) values ('master_key_check', ${value})`;
  variables = { DATABASE_URL: database.url, KEYTRAIL_DATA_DIR: '/nonexistent' };
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

test('with its keys it starts; the highest goes on sealing, and sessions are signed as they were', async () => {
  const server = await startServerProcess({ ...variables, KEYTRAIL_MASTER_KEY: `${newer},${old}` });
  await server.kill('SIGTERM');
  const rows = await sql`
    select version, kind, sealing_since is not null as begun, sealing_version() as seals from master_keys order by 1`;
  expect([...rows]).toEqual([
    { version: 1, kind: 'given', begun: true, seals: 2 },
    { version: 2, kind: 'given', begun: true, seals: 2 },
  ]);
  const [fact, ...others] = await sql<
    { name: string; value: Buffer }[]
  >`select name, value from server_facts order by name`;
  expect([fact?.name, others]).toEqual(['server_secret', []]);
  const context = { accountId: '', credentialId: '', field: 'server_secret', version: 1 };
  const secret = open(toMasterKeys(2, bytes), context, fact?.value ?? Buffer.alloc(0));
  const before = Buffer.from(hkdfSync('sha256', bytes.get(1) ?? '', '', 'keytrail/sessions/v1', 32));
  expect(secret).toBe(before.toString('base64'));
}, 120_000);

test('with another key it does not start, and that key is not taken for its own', async () => {
  const { code, printed } = await runServerToItsEnd({
    ...variables,
    KEYTRAIL_MASTER_KEY: `1:${randomBytes(32).toString('base64')}`,
  });
  expect(code).toBe(1);
  expect(printed).toMatch(/^This database was sealed with another master key: set KEYTRAIL_MASTER_KEY/);
  expect([...(await sql`select version from master_keys`)]).toEqual([]);
  await (await startServerProcess({ ...variables, KEYTRAIL_MASTER_KEY: `${old}` })).kill('SIGTERM');
}, 120_000);
