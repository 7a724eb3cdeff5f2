// The sealed form of a secret: AES-256-GCM under a data key of its own, which a versioned master key wraps.
// The context (account, credential, field, version) is authenticated, so a box moved elsewhere does not open.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Master keys of 32 bytes by version; `newest` seals, all of them open. */
export interface MasterKeys {
  readonly newest: number;
  readonly byVersion: ReadonlyMap<number, Buffer>;
}

/** What a box is bound to. All of it must be the same when it is opened. */
export interface SealContext {
  readonly accountId: string;
  readonly credentialId: string;
  readonly field: string;
  readonly version: number;
}

const format = 1;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const headBytes = 1 + 4 + ivBytes + keyBytes + tagBytes;

/** Seals text. Layout: format (1) · master key version (4) · iv · wrapped data key + tag · iv · ciphertext + tag. */
export function seal(keys: MasterKeys, context: SealContext, plaintext: string): Buffer {
  const dataKey = randomBytes(keyBytes);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(format, 0);
  prefix.writeUInt32BE(keys.newest, 1);
  const binding = toBinding(context);
  const wrapped = encrypt(getMasterKey(keys, keys.newest), dataKey, Buffer.concat([prefix, binding]));
  const body = encrypt(dataKey, Buffer.from(plaintext, 'utf8'), binding);
  dataKey.fill(0);
  return Buffer.concat([prefix, wrapped, body]);
}

/** Opens a box. Throws when key, context or any bit differs from what it was sealed with. */
export function open(keys: MasterKeys, context: SealContext, box: Buffer): string {
  if (box.length < headBytes + ivBytes + tagBytes || box.readUInt8(0) !== format) {
    throw new Error('not a sealed secret');
  }
  const prefix = box.subarray(0, 5);
  const binding = toBinding(context);
  const masterKey = getMasterKey(keys, prefix.readUInt32BE(1));
  const dataKey = decrypt(masterKey, box.subarray(5, headBytes), Buffer.concat([prefix, binding]));
  const plaintext = decrypt(dataKey, box.subarray(headBytes), binding).toString('utf8');
  dataKey.fill(0);
  return plaintext;
}

function getMasterKey(keys: MasterKeys, version: number): Buffer {
  const key = keys.byVersion.get(version);
  if (key === undefined) throw new Error(`master key version ${version} is not configured`);
  return key;
}

function toBinding(context: SealContext): Buffer {
  // JSON of an array is unambiguous: no two contexts share one text.
  return Buffer.from(JSON.stringify([context.accountId, context.credentialId, context.field, context.version]));
}

function encrypt(key: Buffer, plaintext: Buffer, binding: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(binding);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, binding: Buffer): Buffer {
  const iv = sealed.subarray(0, ivBytes);
  const tag = sealed.subarray(sealed.length - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
    .setAAD(binding)
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
}
