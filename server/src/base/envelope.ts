// The sealed form of a secret: AES-256-GCM under a data key of its own, which a versioned master key wraps.
// The context (account, credential, field, version) is authenticated, so a box moved elsewhere does not open.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The master keys, as whoever seals and opens is handed them. */
export interface MasterKeys {
  /** The version that seals. Throws where this node cannot know it just now. */
  getSealing(): number;
  /** The 32 bytes of a version. Throws for one that is not held. */
  getKey(version: number): Buffer;
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
const prefixBytes = 1 + 4;
const headBytes = prefixBytes + ivBytes + keyBytes + tagBytes;

/** Seals text. Layout: format (1) · master key version (4) · iv · wrapped data key + tag · iv · ciphertext + tag. */
export function seal(keys: MasterKeys, context: SealContext, plaintext: string): Buffer {
  const dataKey = randomBytes(keyBytes);
  const binding = toBinding(context);
  const head = wrapDataKey(keys, binding, dataKey);
  const body = encrypt(dataKey, Buffer.from(plaintext, 'utf8'), binding);
  dataKey.fill(0);
  return Buffer.concat([head, body]);
}

/** Opens a box. Throws when key, context or any bit differs from what it was sealed with. */
export function open(keys: MasterKeys, context: SealContext, box: Buffer): string {
  const binding = toBinding(context);
  const dataKey = unwrapDataKey(keys, binding, box);
  const plaintext = decrypt(dataKey, box.subarray(headBytes), binding).toString('utf8');
  dataKey.fill(0);
  return plaintext;
}

/**
 * The same box with its data key wrapped by the version that seals now. What is behind the head stays as it is, byte for
 * byte, and is not opened. Throws when key, context or any bit of the head differs.
 */
export function rewrap(keys: MasterKeys, context: SealContext, box: Buffer): Buffer {
  const binding = toBinding(context);
  const dataKey = unwrapDataKey(keys, binding, box);
  const head = wrapDataKey(keys, binding, dataKey);
  dataKey.fill(0);
  return Buffer.concat([head, box.subarray(headBytes)]);
}

/**
 * Whether two boxes came of one sealing, whichever master keys wrap their data keys by now. No two sealings are alike: each
 * has a key of its own.
 */
export function isSameSealing(a: Buffer, b: Buffer): boolean {
  return a.length > headBytes && a.subarray(headBytes).equals(b.subarray(headBytes));
}

/** The version of the master key that a box stands under. Throws for what is no box. */
export function readKeyVersion(box: Buffer): number {
  if (box.length < headBytes + ivBytes + tagBytes || box.readUInt8(0) !== format) {
    throw new Error('not a sealed secret');
  }
  return box.readUInt32BE(1);
}

/** Master keys that never change. */
export function toMasterKeys(sealing: number, byVersion: ReadonlyMap<number, Buffer>): MasterKeys {
  return {
    getSealing: () => sealing,
    getKey: (version) => {
      const key = byVersion.get(version);
      if (key === undefined) throw new Error(`master key version ${version} is not held`);
      return key;
    },
  };
}

function wrapDataKey(keys: MasterKeys, binding: Buffer, dataKey: Buffer): Buffer {
  const version = keys.getSealing();
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt8(format, 0);
  prefix.writeUInt32BE(version, 1);
  return Buffer.concat([prefix, encrypt(keys.getKey(version), dataKey, Buffer.concat([prefix, binding]))]);
}

function unwrapDataKey(keys: MasterKeys, binding: Buffer, box: Buffer): Buffer {
  const masterKey = keys.getKey(readKeyVersion(box));
  const prefix = box.subarray(0, prefixBytes);
  return decrypt(masterKey, box.subarray(prefixBytes, headBytes), Buffer.concat([prefix, binding]));
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
