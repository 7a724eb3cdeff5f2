// The version that a rotation goes to: made where it is to be kept, or found where the operator has put it.

import { randomBytes } from 'node:crypto';
import { ConfigError } from '../base/config.ts';
import { addToKeyFile, keyBytes, toKeyFile } from '../base/master-key.ts';
import { findSealing, noteWrapped } from '../base/master-key-rows.ts';
import type { Rotation } from './rotation.ts';

export const keyPlaces = ['file', 'environment', 'kms'] as const;
export type KeyPlace = (typeof keyPlaces)[number];

/** Where a new version is kept if nobody says: where this installation keeps its keys. */
export function toKeyPlace({ config }: Pick<Rotation, 'config'>): KeyPlace {
  if (config.kmsKeyId !== null) return 'kms';
  return config.masterKeys === null ? 'file' : 'environment';
}

export function toKind(place: KeyPlace): 'given' | 'kms' {
  return place === 'kms' ? 'kms' : 'given';
}

/** The version to go to. One that was made before and has not sealed yet is taken first. */
export async function prepareVersion(rotation: Rotation, place: KeyPlace): Promise<number> {
  const waiting = findWaiting(rotation, place);
  if (waiting !== undefined) {
    rotation.say(`Master key version ${waiting} is there and has not sealed anything yet: it is the new one.`);
    return waiting;
  }
  const version = Math.max(...rotation.keyring.listRows().map((row) => row.version)) + 1;
  await makers[place](rotation, version);
  await rotation.keyring.refresh();
  return version;
}

function findWaiting({ keyring }: Rotation, place: KeyPlace): number | undefined {
  const held = new Set(keyring.listHeld());
  const rows = keyring.listRows().filter((row) => row.sealingSince === null && row.kind === toKind(place));
  return rows.findLast((row) => held.has(row.version))?.version;
}

const makers: Record<KeyPlace, (rotation: Rotation, version: number) => Promise<void>> = {
  file: async ({ config, say }, version) => {
    if (config.masterKeys !== null) {
      throw new ConfigError(
        'KEYTRAIL_MASTER_KEY is set, so no server reads the master.key file: unset it, or say --to environment.',
      );
    }
    await addToKeyFile(config, version);
    say(`Master key version ${version} is made, in ${toKeyFile(config)}. Back that file up.`);
  },
  environment: async ({ keyring }, version) => {
    const sealing = findSealing(keyring.listRows())?.version;
    throw new ConfigError(
      `KEYTRAIL_MASTER_KEY holds no new version. Put \`${version}:\` and the output of \`openssl rand -base64 32\` before the others, separated by a comma, for every server and for this command; restart the servers one by one; then run this again. Until then version ${sealing} seals.`,
    );
  },
  kms: async ({ config, db, sources, say }, version) => {
    if (sources.kms === null) {
      throw new ConfigError(
        'KEYTRAIL_KMS_KEY_ID is not set: it must be the id, ARN or alias of an AWS KMS key, for every server and for this command.',
      );
    }
    const key = randomBytes(keyBytes);
    const wrapped = await sources.kms.wrap(version, key);
    await noteWrapped(db.raw, version, key, wrapped);
    key.fill(0);
    say(`Master key version ${version} is made, wrapped by AWS KMS with ${config.kmsKeyId}.`);
  },
};
