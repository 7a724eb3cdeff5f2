// Which operating-system account the embedded Postgres runs as, and whether that account can reach a folder.

import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasSystemCode } from './system-error.ts';

/** An account of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account for Postgres when we are root, which Postgres refuses to run as; undefined when we are not root and
 * it simply runs as ourselves. An existing data folder keeps its owner: an account named `postgres` may have
 * appeared on the machine since the folder was made for `nobody`.
 */
export async function findServerAccount(pgdata: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readAccounts();
  const owner = await stat(pgdata).then(
    (folder) => folder.uid,
    () => 0,
  );
  const account =
    (owner === 0 ? undefined : accounts.find(({ uid }) => uid === owner)) ??
    accounts.find(({ name }) => name === 'postgres') ??
    accounts.find(({ name }) => name === 'nobody');
  // Postgres looks its own name up, so an id without a line in /etc/passwd does not work.
  if (account === undefined)
    throw new Error('Postgres does not run as root, and there is no account "postgres" or "nobody".');
  return account;
}

/** The outermost parent of the folder that the account may not pass through; undefined when the way is open. */
export async function findClosedParent(folder: string, account: Account): Promise<string | undefined> {
  for (const parent of listParents(folder)) {
    if (!(await isPassable(parent, account))) return parent;
  }
  return undefined;
}

async function isPassable(folder: string, account: Account): Promise<boolean> {
  try {
    const { mode, uid, gid } = await stat(folder);
    const passBit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    return (mode & passBit) !== 0;
  } catch (error) {
    // Not there yet: it will be made passable.
    if (hasSystemCode(error, 'ENOENT')) return true;
    throw error;
  }
}

function listParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [...listParents(parent), parent];
}

async function readAccounts(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8');
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
