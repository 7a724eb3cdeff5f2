// Installations from before the database knew its master keys: a text sealed at their first start says whether these are theirs.

import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import { open, toMasterKeys } from './envelope.ts';
import type { KeysByVersion } from './master-key.ts';

const name = 'master_key_check';
const context = { accountId: '', credentialId: '', field: name, version: 1 };

export const anotherKey =
  'This database was sealed with another master key: set KEYTRAIL_MASTER_KEY, or put back the master.key file, that it was last used with.';

/** Throws a ConfigError if the text is there and does not open. */
export async function verifyFirstKeys(sql: Sql, given: KeysByVersion): Promise<void> {
  const [fact] = await sql<{ value: Buffer }[]>`select value from server_facts where name = ${name}`;
  if (fact === undefined) return;
  try {
    open(toMasterKeys(0, given), context, fact.value);
  } catch (cause) {
    throw new ConfigError(anotherKey, { cause });
  }
}

/** From now on the database tells the keys by their fingerprints. */
export async function dropFirstCheck(sql: Sql): Promise<void> {
  await sql`delete from server_facts where name = ${name}`;
}
