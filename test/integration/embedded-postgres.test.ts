// The embedded Postgres through everything that can befall it: restarts, kills, races and half-made folders.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection, type EmbeddedPostgres, startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { stopPostmaster } from '@keytrail/server/base/embedded-postmaster';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';

let folder: TempDir;
const holders: ChildProcess[] = [];

beforeEach(async () => {
  folder = await makeTempDir();
});

afterEach(async () => {
  for (const holder of holders.splice(0)) await kill(holder);
  await stopPostmaster(join(folder.path, 'postgres'));
  await folder.remove();
});

test('the first start makes a private server that runs PL/pgSQL in UTF-8 and syncs to disk', async () => {
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(
    await query(server.connection, (sql) => [
      sql`select current_database() as name, current_setting('server_encoding') as encoding,
            current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
            current_setting('password_encryption') as passwords`,
    ]),
  ).toEqual([{ name: 'keytrail', encoding: 'UTF8', fsync: 'on', addresses: '', passwords: 'scram-sha-256' }]);
  expect((await stat(join(folder.path, 'postgres'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder.path, 'postgres.password'))).mode & 0o777).toBe(0o600);
  expect((await stat(server.connection.host)).mode & 0o777).toBe(0o700);
  await server.stop();
  await expect(query(server.connection, (sql) => [sql`select 1`])).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a wrong password is refused on the socket', async () => {
  const { connection } = await start();
  await expect(query({ ...connection, password: 'wrong' }, (sql) => [sql`select 1`])).rejects.toMatchObject({
    code: '28P01',
  });
});

test('a stop and a start keep the data', async () => {
  const first = await start();
  await keepNote(first.connection);
  await first.stop();
  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await readNotes(second.connection)).toEqual([{ text: 'kept' }]);
});

test('the server outlives the SIGKILL of its parent, keeps its sessions, and is adopted by the next start', async () => {
  const { holder, connection } = await hold();
  const session = postgres({ ...connection, max: 1 });
  const [before] = await session`select pg_backend_pid() as pid`;
  await kill(holder);
  const server = await start();
  expect(server.adopted).toBe(true);
  expect(await session`select pg_backend_pid() as pid`).toEqual([before]);
  await session.end();
});

test('a crash of the server itself loses no committed row', async () => {
  const { connection } = await start();
  await keepNote(connection);
  process.kill(await readPid(), 'SIGKILL');
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await readNotes(server.connection)).toEqual([{ text: 'kept' }]);
});

test('a leftover lock file whose process id belongs to a stranger by now does not stop the start', async () => {
  const first = await start();
  const lock = join(folder.path, 'postgres', 'postmaster.pid');
  const text = await readFile(lock, 'utf8');
  await first.stop();
  await writeFile(lock, text.replace(/^\d+/, String(process.ppid)));
  expect((await start()).adopted).toBe(false);
});

test('two first starts at once share one server, in one process and in two', async () => {
  const [a, b, c] = await Promise.all([start(), start(), hold()]);
  expect([a.adopted, b.adopted, c.adopted].filter((adopted) => !adopted)).toHaveLength(1);
  for (const connection of [a.connection, b.connection, c.connection]) {
    expect(await query(connection, (sql) => [sql`select 1 as one`])).toEqual([{ one: 1 }]);
  }
});

test('a start that meets a server going down waits and starts it again', async () => {
  const first = await start();
  const [, second] = await Promise.all([first.stop(), start()]);
  expect(await query(second.connection, (sql) => [sql`select 1 as one`])).toEqual([{ one: 1 }]);
});

test('an initdb cut short leaves nothing in the way of the next start', async () => {
  const { holder } = await hold({ until: 'initdb' });
  await kill(holder);
  expect((await listFolder()).some((name) => name.startsWith('postgres.tmp-'))).toBe(true);
  const server = await start();
  expect(await query(server.connection, (sql) => [sql`select 1 as one`])).toEqual([{ one: 1 }]);
  expect((await listFolder()).sort()).toEqual(['postgres', 'postgres-socket', 'postgres.log', 'postgres.password']);
});

test('a folder that is not Postgres data is named and left alone', async () => {
  await mkdir(join(folder.path, 'postgres'));
  await writeFile(join(folder.path, 'postgres', 'letters.txt'), 'dear');
  await expect(start()).rejects.toThrow('holds files that are not Postgres data');
  expect(await readFile(join(folder.path, 'postgres', 'letters.txt'), 'utf8')).toBe('dear');
});

test('data of another Postgres version is named and left alone', async () => {
  await (await start()).stop();
  await writeFile(join(folder.path, 'postgres', 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow('was written by Postgres 17');
});

test('a data folder whose path is too long for a socket has its socket in /tmp, removed on stop', async () => {
  const deep = join(folder.path, 'x'.repeat(90));
  const server = await startEmbeddedPostgres({ dataDir: deep, log: () => undefined });
  expect(server.connection.host).toMatch(/^\/tmp\/keytrail-[0-9a-f]{16}$/);
  expect(await query(server.connection, (sql) => [sql`select 1 as one`])).toEqual([{ one: 1 }]);
  await server.stop();
  await expect(stat(server.connection.host)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.runIf(process.getuid?.() === 0)(
  'as root, a folder below a closed one is refused and the closed one is named',
  async () => {
    const closed = join(folder.path, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await expect(startEmbeddedPostgres({ dataDir: join(closed, 'data'), log: () => undefined })).rejects.toThrow(
      `because ${closed} is closed to it`,
    );
    expect(await readdir(closed)).toEqual([]);
  },
);

function start(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
}

/** A process that holds the server, as `npm start` does; with `until: 'initdb'` it is caught while making the folder. */
async function hold(options: { until?: 'initdb' } = {}) {
  const script = fileURLToPath(new URL('../kit/hold-postgres.ts', import.meta.url));
  const holder = spawn(process.execPath, ['--import', 'tsx', script, folder.path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  holders.push(holder);
  if (options.until === 'initdb') {
    while (!(await hasHalfMadeFolder())) await new Promise(setImmediate);
    return { holder, connection: noConnection, adopted: false };
  }
  const answer = await new Promise<{ connection: Connection; adopted: boolean }>((resolve, reject) => {
    // The child is our own hold-postgres.ts, which sends nothing else.
    holder.once('message', (message) => resolve(message as { connection: Connection; adopted: boolean }));
    holder.once('exit', () => reject(new Error('The holding process ended before its server was ready.')));
  });
  return { holder, ...answer };
}

const noConnection: Connection = { host: '', port: 0, username: '', password: '', database: '' };

async function hasHalfMadeFolder(): Promise<boolean> {
  const half = (await listFolder()).find((name) => /^postgres\.tmp-\d+-[0-9a-f]+$/.test(name));
  return half !== undefined && (await readdir(join(folder.path, half))).length > 0;
}

async function kill(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

async function readPid(): Promise<number> {
  return Number.parseInt(await readFile(join(folder.path, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

async function listFolder(): Promise<string[]> {
  return readdir(folder.path).catch(() => []);
}

async function keepNote(connection: Connection): Promise<void> {
  await query(connection, (sql) => [sql`create table note (text text)`, sql`insert into note values ('kept')`]);
}

function readNotes(connection: Connection): Promise<unknown> {
  return query(connection, (sql) => [sql`select text from note`]);
}

/** Runs the statements one after the other and answers with the rows of the last. */
async function query(
  connection: Connection,
  statements: (sql: postgres.Sql) => PromiseLike<unknown>[],
): Promise<unknown> {
  const sql = postgres({ ...connection, max: 1 });
  try {
    let rows: unknown;
    for (const statement of statements(sql)) rows = await statement;
    return rows;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
