// The running embedded server (the postmaster): who it is, starting it so that it outlives us, stopping it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { hasSystemCode } from './system-error.ts';

/** A postmaster as its lock file describes it; the socket and the port are known from the moment it is `ready`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  /** The loopback address it listens on besides its socket, if any. */
  readonly address: string;
  readonly ready: boolean;
}

/** All that our own environment passes on; PGDATA, PGPORT and their like never reach the embedded server. */
export const postgresEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

const stopPatienceMs = 30_000;
const logBytesMax = 10 * 1024 * 1024;

/** The postmaster that lives on this data folder, if any. Lines of postmaster.pid: see pidfile.h of Postgres. */
export function findPostmaster(pgdata: string): Postmaster | undefined {
  const lines = readLockFile(pgdata)?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isPostmasterOf(pid, pgdata)) return undefined;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketDir: lines[4] ?? '',
    address: lines[5] ?? '',
    ready: lines[7]?.trim() === 'ready',
  };
}

/**
 * Lets Postgres start over a lock file whose process id a stranger has by now, as is common in containers. Postgres
 * takes a file that names its parent for a leftover, and still refuses while backends of the dead server hold its
 * shared memory. Reading and writing are synchronous so that no other start comes between.
 */
export function disarmStaleLock(pgdata: string): void {
  const text = readLockFile(pgdata);
  const pid = Number(text?.split('\n')[0]);
  if (text === undefined || !isAlive(pid) || isPostmasterOf(pid, pgdata)) return;
  writeFileSync(join(pgdata, 'postmaster.pid'), text.replace(/^\d+/, String(process.pid)));
}

/** Starts a postmaster in a session of its own, writing to the log file: our death leaves it running. */
export async function spawnPostmaster(
  { postgres }: Binaries,
  options: { pgdata: string; logFile: string; settings: Record<string, string>; account: Account | undefined },
): Promise<ChildProcess> {
  const { pgdata, logFile, settings, account } = options;
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await openLog(logFile);
  try {
    const child = spawn(postgres, ['-D', pgdata, ...args], {
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
      cwd: '/',
      env: postgresEnvironment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** Fast shutdown: running statements are cancelled, data is checkpointed. Returns when the server has gone. */
export async function stopPostmaster(pgdata: string): Promise<void> {
  const postmaster = findPostmaster(pgdata);
  if (postmaster === undefined) return;
  signal(postmaster.pid, 'SIGINT');
  if (await hasGone(pgdata, postmaster.pid, stopPatienceMs)) return;
  // Immediate shutdown loses nothing: the next start replays the write-ahead log.
  signal(postmaster.pid, 'SIGQUIT');
  if (await hasGone(pgdata, postmaster.pid, stopPatienceMs)) return;
  throw new Error(`The embedded Postgres (process ${postmaster.pid}) does not stop; ${pgdata}.log says more.`);
}

async function hasGone(pgdata: string, pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isPostmasterOf(pid, pgdata)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** True when a process has this id, be it ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasSystemCode(error, 'EPERM');
  }
}

/** A process id alone proves nothing, ids are used again: the process must be a Postgres that names this folder. */
function isPostmasterOf(pid: number, pgdata: string): boolean {
  return isAlive(pid) && readCommand(pid).includes(`-D ${pgdata} `);
}

/** The command line with spaces between; empty when the process has gone or is only waited for. */
function readCommand(pid: number): string {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ESRCH')) return '';
    throw error;
  }
}

function readLockFile(pgdata: string): string | undefined {
  try {
    return readFileSync(join(pgdata, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasSystemCode(error, 'ESRCH')) throw error;
  }
}

async function openLog(file: string) {
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > logBytesMax) {
    await rm(`${file}.old`, { force: true });
    await rename(file, `${file}.old`);
  }
  return open(file, 'a', 0o600);
}
