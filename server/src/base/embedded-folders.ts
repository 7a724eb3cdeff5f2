// The folders of the embedded Postgres: who may enter the data folder, and where the socket lies.

import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Account, findClosedParent, findServerAccount } from './embedded-account.ts';
import { hasSystemCode } from './system-error.ts';

/** Room for `/.s.PGSQL.65535` and a closing NUL in the address of a Unix socket: 104 bytes on macOS, 108 on Linux. */
const socketDirBytesMax = 104 - 16;

/**
 * Makes the data folder and answers with the canonical path of the Postgres folder in it. As root, the folder stays
 * root's but lets the server's account pass through to its own folder; nothing else in it opens to that account.
 */
export async function openDataDir(dataDir: string): Promise<{ pgdata: string; account: Account | undefined }> {
  if (process.platform === 'win32') {
    throw new Error('The embedded Postgres does not run on Windows; set DATABASE_URL to a Postgres 15 or newer.');
  }
  const wanted = resolve(dataDir);
  const account = await findServerAccount(join(wanted, 'postgres'));
  if (account !== undefined) await requirePath(wanted, account);
  await makeFolder(wanted, account === undefined ? 0o700 : 0o711);
  const folder = await realpath(wanted);
  await (account === undefined ? requireOwn(folder) : openPath(folder, account));
  return { pgdata: join(folder, 'postgres'), account };
}

/** Makes the folder and what is missing above it, all with this mode: a strict umask would close the way. */
async function makeFolder(wanted: string, mode: number): Promise<void> {
  const outermost = await mkdir(wanted, { recursive: true, mode });
  if (outermost === undefined) return;
  for (let made = wanted; made.startsWith(outermost); made = dirname(made)) await chmod(made, mode);
}

async function requireOwn(folder: string): Promise<void> {
  if ((await stat(folder)).uid === process.getuid?.()) return;
  throw new Error(`The data folder ${folder} belongs to another user; set KEYTRAIL_DATA_DIR to a folder of your own.`);
}

async function openPath(folder: string, account: Account): Promise<void> {
  await requirePath(folder, account);
  if (folder === '/' || folder === homedir()) {
    throw new Error(
      `The data folder must be Keytrail's own and not ${folder}; set KEYTRAIL_DATA_DIR to a folder in it.`,
    );
  }
  const { mode } = await stat(folder);
  if ((mode & 0o011) !== 0o011) await chmod(folder, (mode & 0o777) | 0o011);
}

async function requirePath(folder: string, account: Account): Promise<void> {
  const closed = await findClosedParent(folder, account);
  if (closed === undefined) return;
  throw new Error(
    `The account "${account.name}" that Postgres runs as cannot reach ${folder}, because ${closed} is closed to it; ` +
      'set KEYTRAIL_DATA_DIR to a folder elsewhere, such as /var/lib/keytrail.',
  );
}

/**
 * The folder of the socket, closed to all but the server's account: in the data folder, or in /tmp when that is too
 * deep. In /tmp anybody may have made the name first, so a folder there must be the account's own.
 */
export async function makeSocketDir(pgdata: string, account: Account | undefined): Promise<string> {
  const beside = join(dirname(pgdata), 'postgres-socket');
  const digest = createHash('sha256').update(pgdata).digest('hex').slice(0, 16);
  const folder = Buffer.byteLength(beside) > socketDirBytesMax ? `/tmp/keytrail-${digest}` : beside;
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasSystemCode(error, 'EEXIST')) throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || ![process.getuid?.(), account?.uid].includes(found.uid)) {
    throw new Error(`${folder} is in the way of the embedded Postgres and belongs to another user; remove it.`);
  }
  await chmod(folder, 0o700);
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  return folder;
}
