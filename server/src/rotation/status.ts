// Which versions of the master key there are, what stands under each, and which servers hold what; in lines for a person.

import type { MasterKeyRow } from '../base/master-key-rows.ts';
import { findSealing } from '../base/master-key-rows.ts';
import { type BoxCount, countBoxes, nameSecrets } from './boxes.ts';
import type { Rotation } from './rotation.ts';
import { listServers, type ServerAtWork } from './servers.ts';

export async function sayStatus(rotation: Rotation): Promise<void> {
  const rows = rotation.keyring.listRows();
  const sealing = findSealing(rows)?.version;
  const counts = await countBoxes(rotation);
  for (const row of rows) rotation.say(toLine(row, sealing, counts));
  const servers = await listServers(rotation);
  if (servers.length === 0) rotation.say('No server is running.');
  for (const server of servers) rotation.say(toServerLine(server));
}

function toLine(row: MasterKeyRow, sealing: number | undefined, counts: readonly BoxCount[]): string {
  const place =
    row.kind === 'kms' ? `AWS KMS${row.kmsKeyId === null ? '' : ` (${row.kmsKeyId})`}` : 'file or environment';
  const own = counts.filter(({ version }) => version === row.version);
  const secrets = own.reduce((sum, { place, boxes }) => sum + (place === 'server_secret' ? 0 : boxes), 0);
  const also = own.some(({ place }) => place === 'server_secret') ? ' and the server’s own' : '';
  return `Version ${row.version}, ${place}: ${toState(row, sealing)}; ${nameSecrets(secrets)}${also}.`;
}

function toState({ version, sealingSince, retiredAt }: MasterKeyRow, sealing: number | undefined): string {
  if (retiredAt !== null) return `retired ${retiredAt.toISOString()}`;
  if (sealingSince === null) return 'has not sealed yet';
  return version === sealing ? `seals since ${sealingSince.toISOString()}` : 'opens what it sealed';
}

function toServerLine({ host, pid, versions, sealing }: ServerAtWork): string {
  const held =
    versions.length === 0
      ? 'no version yet'
      : `${versions.length === 1 ? 'version' : 'versions'} ${versions.join(', ')}`;
  return `Server ${host} (process ${pid}) holds ${held}${sealing === null ? '' : ` and seals with ${sealing}`}.`;
}
