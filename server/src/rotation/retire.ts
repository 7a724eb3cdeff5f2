// The end of a version of the master key: only when nothing stands under it and no server can still seal with it.

import { ConfigError } from '../base/config.ts';
import { removeFromKeyFile, toKeyFile } from '../base/master-key.ts';
import { findSealing, type MasterKeyRow } from '../base/master-key-rows.ts';
import { countBoxes, nameSecrets } from './boxes.ts';
import { callServers, type Rotation, withRotationLock } from './rotation.ts';
import { listServers, nameServers } from './servers.ts';

/** Throws a ConfigError that says what still needs it. A second time, it finishes what the first had no time for. */
export function retireMasterKey(rotation: Rotation, version: number): Promise<void> {
  return withRotationLock(rotation, async () => {
    const row = rotation.keyring.listRows().find((known) => known.version === version);
    if (row === undefined)
      throw new ConfigError(`There is no master key version ${version}. See keytrail rotate-master-key --status.`);
    if (row.retiredAt === null) {
      await verifyOver(rotation, row);
      const [done] = await rotation.sql<{ retired: boolean }[]>`select retire_master_key(${version}) as retired`;
      if (done?.retired !== true)
        throw new ConfigError(`Version ${version} has come into use again just now: run this again.`);
    }
    await callServers(rotation);
    rotation.say(`Version ${version} is retired: no server opens anything with it.`);
    await forgetKey(rotation, row);
  });
}

async function verifyOver(rotation: Rotation, { version, sealingSince }: MasterKeyRow): Promise<void> {
  const sealing = findSealing(rotation.keyring.listRows());
  if (version === sealing?.version) {
    throw new ConfigError(
      `Version ${version} seals. Run keytrail rotate-master-key first, which makes another one seal.`,
    );
  }
  const own = (await countBoxes(rotation)).filter((count) => count.version === version);
  if (own.length > 0) {
    const boxes = own.reduce((sum, count) => sum + count.boxes, 0);
    throw new ConfigError(
      `Version ${version} is still needed by ${nameSecrets(boxes)}. Run keytrail rotate-master-key first.`,
    );
  }
  const slow = (await listServers(rotation)).filter((server) => server.sealing === version);
  if (slow.length > 0)
    throw new ConfigError(`${nameServers(slow)} may still seal with version ${version}. Try again shortly.`);
  if (sealingSince !== null) await verifySettled(rotation);
}

/** By then no server that has not been heard of, and no transaction of one, can still store what it sealed before. */
async function verifySettled({ sql }: Rotation): Promise<void> {
  const [row] = await sql<{ seconds: number }[]>`
    select extract(epoch from interval '2 minutes' - (clock_timestamp() - max(sealing_since)))::integer as seconds
    from master_keys where retired_at is null`;
  const seconds = row?.seconds ?? 0;
  if (seconds > 0) {
    throw new ConfigError(
      `The version that seals has done so for less than two minutes: something may be on its way that was sealed before. Try again in ${seconds} s.`,
    );
  }
}

async function forgetKey({ config, say }: Rotation, { version, kind }: MasterKeyRow): Promise<void> {
  const elsewhere = 'Backups from before the rotation open with it only: keep it with them, or let them go.';
  if (kind === 'kms') return say('What AWS KMS had wrapped of it is deleted.');
  if (config.masterKeys !== null) {
    return say(`Take it out of KEYTRAIL_MASTER_KEY, for every server, at the next restart. ${elsewhere}`);
  }
  if (await removeFromKeyFile(config, version)) {
    return say(
      `It is taken out of ${toKeyFile(config)}; other servers’ copies of that file need it no more, either. ${elsewhere}`,
    );
  }
  say(`It is not in ${toKeyFile(config)}. ${elsewhere}`);
}
