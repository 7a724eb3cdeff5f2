// What the role of a rotation can do, and what it cannot: neither read a secret nor put another in its place.

import { randomBytes } from 'node:crypto';
import { connect } from '@keytrail/server/base/db';
import { rewrap, toMasterKeys } from '@keytrail/server/base/envelope';
import type { SealedField } from '@keytrail/server/base/schema';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { seedBoxes } from '../kit/boxes.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

type Sealed = Record<string, SealedField>;

const key = { version: 1, bytes: randomBytes(32) };
const keys = toMasterKeys(2, new Map([1, 2].map((version) => [version, version === 1 ? key.bytes : randomBytes(32)])));
const refused = { code: '42501' };

let server: TestServer;
let superuser: Sql;
let rotation: Sql;
let accountId: string;
let id: string;
let old: Sealed;

beforeAll(async () => {
  const readGiven = async () =>
    new Map([
      [1, key.bytes],
      [2, keys.getKey(2)],
    ]);
  server = await startTestServer({}, { keys: { readGiven, kms: null, kmsCacheMs: 0 } });
  superuser = connect(server.databaseUrl, { max: 2 });
  rotation = connect(server.databaseUrl, { max: 1, role: 'keytrail_rotation' });
});
afterAll(async () => {
  await rotation.end();
  await superuser.end();
  await server.stop();
});
beforeEach(async () => {
  accountId = crypto.randomUUID();
  [id = ''] = await seedBoxes(server.databaseUrl, accountId, key, 1);
  old = await read();
});
afterEach(() => superuser`delete from credentials where account_id = ${accountId}`);

async function read(): Promise<Sealed> {
  const [row] = await superuser<{ sealed: Sealed }[]>`select sealed from credentials where id = ${id}`;
  return row?.sealed ?? {};
}

const get = (sealed: Sealed): SealedField => sealed.value ?? { version: 0, box: '' };

/** The row with its box under version 2, as a rotation makes it. */
function toMoved(): Sealed {
  const { version, box } = get(old);
  const context = { accountId, credentialId: id, field: 'value', version };
  return { value: { version, box: rewrap(keys, context, Buffer.from(box ?? '', 'base64')).toString('base64') } };
}

function exchange(given: Sealed, moved: Sealed, place = 'credentials') {
  const rows = JSON.stringify([{ account: accountId, id, old: given, new: moved }]);
  return rotation<{ n: number }[]>`select exchange_boxes(${place}, ${rows}::text::jsonb) as n`.then(([row]) => row?.n);
}

/** A change of the box itself. */
function change(sealed: Sealed, edit: (box: Buffer) => Buffer): Sealed {
  const { version, box } = get(sealed);
  return { value: { version, box: edit(Buffer.from(box ?? '', 'base64')).toString('base64') } };
}

test('it exchanges the head of a box for one under the version that seals, once', async () => {
  const moved = toMoved();
  expect(await exchange(old, moved)).toBe(1);
  expect(await read()).toEqual(moved);
  expect(await exchange(old, moved)).toBe(0);
});

test('it exchanges nothing but heads, and those for the version that seals only', async () => {
  const moved = toMoved();
  const flip = (at: number) => (box: Buffer) => {
    const flipped = Buffer.from(box);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    return flipped;
  };
  const lies: [string, Sealed][] = [
    ['another payload', change(moved, flip(70))],
    ['a longer payload', change(moved, (box) => Buffer.concat([box, Buffer.from('x')]))],
    ['a shorter payload', change(moved, (box) => box.subarray(0, -1))],
    ['a head alone', change(moved, (box) => box.subarray(0, 65))],
    ['another format', change(moved, flip(0))],
    ['another version of the key', change(moved, flip(4))],
    ['the version that sealed before', change(old, flip(20))],
    ['another version of the credential', { value: { ...get(moved), version: 2 } }],
    ['one more field', { ...moved, other: get(moved) }],
    ['another field', { other: get(moved) }],
    ['no field', {}],
  ];
  for (const [what, lie] of lies) await expect(exchange(old, lie), what).rejects.toMatchObject(refused);
  for (const place of ['agents', 'events', 'credentials; drop table heads']) {
    await expect(exchange(old, moved, place), place).rejects.toMatchObject(refused);
  }
  expect(await read()).toEqual(old);
});

test('a row that its owner has changed meanwhile, or is changing, is left alone and not waited for', async () => {
  const moved = toMoved();
  const connection = await superuser.reserve();
  await connection`begin`;
  await connection`select from credentials where id = ${id} for update`;
  expect(await exchange(old, moved)).toBe(0);
  const edited = { value: { version: 2, box: get(old).box } };
  await connection`update credentials set sealed = ${JSON.stringify(edited)}::text::jsonb, version = 2 where id = ${id}`;
  await connection`commit`;
  connection.release();
  expect(await exchange(old, moved)).toBe(0);
  expect(await read()).toEqual(edited);
});

test('it can do nothing else: no reading, no recording, no key of its own making sealed with or brought back', async () => {
  const statements = [
    ...[
      'credentials',
      'agents',
      'agent_keys',
      'events',
      'heads',
      'sessions',
      'accounts',
      'server_facts',
      'rewraps',
    ].map((table) => `select * from ${table}`),
    'update credentials set sealed = sealed',
    'delete from credentials',
    'update master_keys set sealing_since = now()',
    'update master_keys set retired_at = null',
    'delete from master_keys',
    'update nodes set sealing = 1',
    'delete from nodes',
    `select append_batch(array['${accountId}']::uuid[], array['{}'], false)`,
    "select note_node(gen_random_uuid(), 'x', 1, '{1}', 1)",
    "insert into master_keys (version, kind, fingerprint) values (9, 'given', decode(repeat('00', 16), 'hex'))",
    'select seal_with(1)',
    'create table public.mine (x int)',
  ];
  for (const statement of statements) {
    await expect(rotation.unsafe(statement), statement).rejects.toMatchObject(refused);
  }
});

test('no version seals that a server at work does not hold: it is told which', async () => {
  const [server, ...others] = await rotation`select pid from seal_with(99)`;
  expect([server?.pid, others]).toEqual([process.pid, []]);
});

test('a version that seals, or under which anything stands, is not retired', async () => {
  const retire = (version: number) =>
    rotation<{ done: boolean }[]>`select retire_master_key(${version}) as done`.then(([row]) => row?.done);
  expect(await retire(2)).toBe(false);
  expect(await retire(1)).toBe(false);
  expect(await retire(99)).toBe(false);
});

test('the app can neither look through the boxes of all accounts nor exchange them, nor say what seals', async () => {
  const app = connect(server.databaseUrl, { max: 1, role: 'keytrail_app' });
  const statements = [
    'select * from count_boxes()',
    `select * from boxes_to_rewrap('credentials', gen_random_uuid(), gen_random_uuid(), 1)`,
    `select exchange_boxes('credentials', '[]')`,
    'select seal_with(1)',
    'select retire_master_key(1)',
    'update master_keys set sealing_since = now()',
    'delete from master_keys',
    'select * from nodes',
    'delete from nodes',
  ];
  for (const statement of statements) await expect(app.unsafe(statement), statement).rejects.toMatchObject(refused);
  await app.end();
});

test('every table that holds boxes is gone through', async () => {
  const [known] = await superuser<{ names: string[] }[]>`select sealed_tables() as names`;
  const tables = await superuser<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'sealed'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  expect(tables.map(({ name }) => name)).toEqual(known?.names.toSorted());
  const policies = await superuser`
    select tablename, policyname from pg_policies where policyname in ('find_boxes', 'exchange_boxes') order by 1, 2`;
  expect([...policies]).toEqual(
    tables.flatMap(({ name }) =>
      ['exchange_boxes', 'find_boxes'].map((policyname) => ({ tablename: name, policyname })),
    ),
  );
});
