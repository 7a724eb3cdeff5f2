// The first master keys of an installation: the operator's, or one that the service wraps.

import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import type { KeySources } from './keyring.ts';
import { keyBytes } from './master-key.ts';
import { dropFirstCheck, verifyFirstKeys } from './master-key-check.ts';
import { listMasterKeys, noteFirst, noteWrapped } from './master-key-rows.ts';

/** Has the database know a version that seals. Nothing to do but on the first start; several at once agree on one. */
export async function noteFirstKeys(sql: Sql, sources: KeySources, nowMs: number): Promise<void> {
  if ((await listMasterKeys(sql)).some(({ sealingSince }) => sealingSince !== null)) return;
  const given = await sources.readGiven();
  await verifyFirstKeys(sql, given);
  if (given.size > 0) await noteFirst(sql, given, nowMs);
  else if (sources.kms !== null) {
    const key = randomBytes(keyBytes);
    await noteWrapped(sql, 1, key, await sources.kms.wrap(1, key), new Date(nowMs));
    key.fill(0);
  } else {
    throw new ConfigError('There is no master key yet: start the server once, or set KEYTRAIL_MASTER_KEY.');
  }
  await dropFirstCheck(sql);
}
