// The data folder of the embedded Postgres: its password, and initdb under a name of its own until it is whole.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { isAlive, postgresEnvironment } from './embedded-postmaster.ts';
import { hasSystemCode } from './system-error.ts';

/** The name of the database and of the role that owns everything in it. */
export const clusterName = 'keytrail';

/** Settings that fit a laptop; written into postgresql.conf, where the owner of the machine may tune them. */
const laptopSettings = ['max_connections=200', 'shared_buffers=128MB', 'wal_compression=pglz'];

/** Makes the data folder unless it exists, and answers with the owner role's password. */
export async function prepareCluster(pgdata: string, binaries: Binaries, account?: Account): Promise<string> {
  const passwordFile = `${pgdata}.password`;
  const major = await readMajor(pgdata);
  if (major === undefined) {
    const password = await readOrMakePassword(passwordFile);
    await makeCluster(pgdata, password, binaries, account);
    return password;
  }
  if (major !== binaries.major) {
    throw new Error(
      `The data in ${pgdata} was written by Postgres ${major} and the built-in Postgres is ${binaries.major}; ` +
        'move the data with pg_dump, or point DATABASE_URL to a server that runs it.',
    );
  }
  return readPassword(passwordFile);
}

async function readMajor(pgdata: string): Promise<string | undefined> {
  try {
    return (await readFile(join(pgdata, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(
      `${file} cannot be read and the data beside it opens with nothing else; restore it from a backup.`,
      {
        cause,
      },
    );
  }
}

async function readOrMakePassword(file: string): Promise<string> {
  const draft = reserveName(file);
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    // A link is made whole or not at all, and never over another's: two first starts agree on one password.
    await link(draft, file);
  } catch (error) {
    if (!hasSystemCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
    underWay.delete(draft);
  }
  return readPassword(file);
}

/** initdb works in a folder of this process, renamed when whole: a kill leaves only litter for the next start. */
async function makeCluster(pgdata: string, password: string, binaries: Binaries, account?: Account): Promise<void> {
  await removeLitter(pgdata);
  const making = reserveName(pgdata);
  const passwordFile = `${making}.password`;
  try {
    await mkdir(making, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) {
      await chown(making, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await runInitdb(making, passwordFile, binaries, account);
    await rename(making, pgdata);
    await syncFolder(dirname(pgdata));
  } catch (error) {
    // The other of two first starts was faster; its folder has the same password.
    if (!hasSystemCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if ((await readMajor(pgdata)) === undefined) {
      throw new Error(`${pgdata} holds files that are not Postgres data; move them away.`, { cause: error });
    }
  } finally {
    await rm(making, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
    underWay.delete(making);
  }
}

// In a container every start has the same process id, so the id alone does not tell our own work from litter.
const underWay = new Set<string>();

/** A path for making something beside its final place, told apart from litter until it is given back. */
function reserveName(path: string): string {
  const name = `${path}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  underWay.add(name);
  return name;
}

async function runInitdb(folder: string, passwordFile: string, { initdb }: Binaries, account?: Account): Promise<void> {
  const options = [
    ['--pgdata', folder],
    ['--username', clusterName],
    ['--pwfile', passwordFile],
    ['--auth', 'scram-sha-256'],
    ['--encoding', 'UTF8'],
    // Postgres's own C.UTF-8 sorts alike on every system; those of the C libraries do not.
    ['--locale-provider', 'builtin'],
    ['--builtin-locale', 'C.UTF-8'],
    ['--locale', 'C'],
    ...laptopSettings.map((setting) => ['--set', setting]),
  ];
  const identity = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  try {
    await promisify(execFile)(initdb, options.flat(), { ...identity, cwd: '/', env: postgresEnvironment });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new Error(`The built-in Postgres could not make its data folder. ${said}`.trim(), { cause });
  }
}

/** Removes what killed first starts left; a folder whose process lives belongs to a start under way. */
async function removeLitter(pgdata: string): Promise<void> {
  const pattern = new RegExp(`^${basename(pgdata)}(?:\\.password)?\\.tmp-(\\d+)-[0-9a-f]+`);
  for (const name of await readdir(dirname(pgdata))) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const pid = Number(match[1]);
    const isUnderWay = pid === process.pid ? [...underWay].some((own) => name.startsWith(basename(own))) : isAlive(pid);
    if (!isUnderWay) await rm(join(dirname(pgdata), name), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
