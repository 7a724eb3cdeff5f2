// Notices a wrong master key at the start rather than at the first secret that will not open.

import { ConfigError } from './config.ts';
import type { Database } from './db.ts';
import { type MasterKeys, open, seal } from './envelope.ts';
import { serverFacts } from './schema.ts';

const name = 'master_key_check';
const context = { accountId: '', credentialId: '', field: name, version: 1 };

/** Seals a known text on the first start and opens it on every later one. Throws a ConfigError if it does not open. */
export async function verifyMasterKeys(db: Database, keys: MasterKeys): Promise<void> {
  await db.drizzle
    .insert(serverFacts)
    .values({ name, value: seal(keys, context, name) })
    .onConflictDoNothing();
  const [fact] = await db.raw<{ value: Buffer }[]>`select value from server_facts where name = ${name}`;
  try {
    open(keys, context, fact?.value ?? Buffer.alloc(0));
  } catch (cause) {
    throw new ConfigError(
      'This database was sealed with another master key: set KEYTRAIL_MASTER_KEY, or put back the master.key file, that it was first started with.',
      { cause },
    );
  }
}
