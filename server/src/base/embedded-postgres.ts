// Supervises the embedded default database: a real Postgres from npm on a private socket, alive beyond our own death.

import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Account } from './embedded-account.ts';
import { type Binaries, prepareBinaries } from './embedded-binaries.ts';
import { clusterName, prepareCluster } from './embedded-cluster.ts';
import { makeSocketDir, openDataDir } from './embedded-folders.ts';
import {
  disarmStaleLock,
  findPostmaster,
  type Postmaster,
  spawnPostmaster,
  stopPostmaster,
} from './embedded-postmaster.ts';
import { hasSystemCode } from './system-error.ts';

/** Options for postgres.js; `host` is the folder of the Unix socket. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedPostgres {
  readonly connection: Connection;
  /**
   * The same as an address. postgres.js takes it only of a server started with a `loopbackPort`: it knows no address
   * of a Unix socket, for which this is libpq's (`?host=FOLDER`).
   */
  readonly url: string;
  /** True when the server was running already: left by a killed parent, or started by another at the same moment. */
  readonly adopted: boolean;
  /** Stops the server, whoever started it. Call it once nothing uses the connection any more. */
  stop(): Promise<void>;
}

interface Options {
  /** The folder of everything that Keytrail keeps; made when missing. */
  readonly dataDir: string;
  readonly log: (message: string, facts?: Record<string, unknown>) => void;
  /** Listens on 127.0.0.1 at this port too, for test tools that know no sockets. */
  readonly loopbackPort?: number;
}

/** What a start needs to know at every step. */
interface Plan extends Options {
  readonly pgdata: string;
  readonly logFile: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
  readonly password: string;
}

/** Long enough to replay the write-ahead log after a crash under full load. */
const startPatienceMs = 120_000;

/** What durability and privacy rest on, stated at every start; postgresql.conf cannot weaken them. */
const fixedSettings = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  unix_socket_permissions: '0700',
  // Statements and their details may carry what people store, so the server's log gets neither.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Starts or adopts the server of this data folder and answers once it runs PL/pgSQL on the database `keytrail`. */
export async function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  const { log } = options;
  const { pgdata, account } = await openDataDir(options.dataDir);
  const binaries = await prepareBinaries();
  const password = await prepareCluster(pgdata, binaries, account);
  const plan = { ...options, pgdata, logFile: `${pgdata}.log`, account, binaries, password };

  const { postmaster, adopted } = await raisePostmaster(plan);
  const connection = toConnection(postmaster, password);
  await createDatabase(connection);
  log(adopted ? 'embedded Postgres adopted' : 'embedded Postgres started', { pid: postmaster.pid, pgdata });
  return {
    connection,
    url: toUrl(postmaster, connection),
    adopted,
    stop: async () => {
      await stopPostmaster(pgdata);
      await removeOutsideSocketDir(pgdata, postmaster.socketDir);
      log('embedded Postgres stopped', { pid: postmaster.pid });
    },
  };
}

/** One loop for all the ways in: nothing runs, a leftover runs, another start is faster, the last server is going. */
async function raisePostmaster(plan: Plan): Promise<{ postmaster: Postmaster; adopted: boolean }> {
  const deadline = Date.now() + startPatienceMs;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    const postmaster = findPostmaster(plan.pgdata);
    if (postmaster?.ready) {
      const state = await probe(toConnection(postmaster, plan.password));
      if (state === 'ready') return { postmaster, adopted: postmaster.pid !== child?.pid };
      if (state === 'unreachable') await stopPostmaster(plan.pgdata);
    } else if (postmaster === undefined && (child === undefined || hasExited(child))) {
      if (child !== undefined) await refuseUnlessHeld(plan.logFile);
      child = await spawnOne(plan);
    }
    await sleep(20);
  }
  throw new Error(
    `The embedded Postgres is not ready after ${startPatienceMs / 1000} s. ${await readLogEnd(plan.logFile)}`,
  );
}

async function spawnOne({ pgdata, logFile, account, binaries, loopbackPort }: Plan): Promise<ChildProcess> {
  disarmStaleLock(pgdata);
  const socketDir = await makeSocketDir(pgdata, account);
  const settings = {
    ...fixedSettings,
    listen_addresses: loopbackPort === undefined ? '' : '127.0.0.1',
    port: String(loopbackPort ?? 5432),
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
  };
  return spawnPostmaster(binaries, { pgdata, logFile, settings, account });
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A start refused over the folder's lock or the last server's memory may be tried again; any other refusal is final. */
async function refuseUnlessHeld(logFile: string): Promise<void> {
  const said = await readLogEnd(logFile);
  if (!/lock file "postmaster\.pid"|shared memory block/.test(said)) {
    throw new Error(`The embedded Postgres does not start. ${said}`);
  }
  await sleep(200);
}

/** Ready means that PL/pgSQL runs: after an upgrade under a running server `select 1` works and functions do not. */
async function probe(connection: Connection): Promise<'ready' | 'not_yet' | 'unreachable'> {
  const sql = postgres({ ...connection, database: 'postgres', max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    await sql.unsafe('do $$ begin perform 1; end $$');
    return 'ready';
  } catch (error) {
    // cannot_connect_now: starting up, in recovery, or shutting down.
    if (hasSystemCode(error, '57P03', 'CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'ECONNRESET', 'EPIPE')) return 'not_yet';
    // The socket's file is gone, for instance swept from the temporary folder.
    if (hasSystemCode(error, 'ENOENT', 'ECONNREFUSED')) return 'unreachable';
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function createDatabase(connection: Connection): Promise<void> {
  const sql = postgres({ ...connection, database: 'postgres', max: 1, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${clusterName}`;
    if (found.length === 0) await sql`create database ${sql(clusterName)}`;
  } catch (error) {
    // Another start made it at the same moment: duplicate_database, or its unique index.
    if (!hasSystemCode(error, '42P04', '23505')) throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function toConnection({ socketDir, port }: Postmaster, password: string): Connection {
  return { host: socketDir, port, username: clusterName, password, database: clusterName };
}

function toUrl({ address, port }: Postmaster, { host, password, username, database }: Connection): string {
  const start = `postgres://${username}:${password}`;
  if (address !== '') return `${start}@${address}:${port}/${database}`;
  return `${start}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** A socket folder made elsewhere because the data folder's path is long goes with its server. */
async function removeOutsideSocketDir(pgdata: string, socketDir: string): Promise<void> {
  if (!socketDir.startsWith(dirname(pgdata))) await rm(socketDir, { recursive: true, force: true });
}

async function readLogEnd(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8');
  return `The last lines of ${logFile}: ${text.trim().split('\n').slice(-4).join(' | ')}`;
}
