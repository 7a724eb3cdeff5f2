// Secrets on their way between the two vaults: AES-256-GCM under a key that only Keytrail and the webhook share, bound to the
// message that carries them; and the proof that what arrived is what was sent.

import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { canonicalize } from '@keytrail/shared/canonical';
import { z } from 'zod';

const ivBytes = 12;
const tagBytes = 16;

/** Secret fields by name. */
export type Fields = Readonly<Record<string, string>>;

/** `base64url(iv, ciphertext, tag)`. */
export function sealForTransit(key: Uint8Array, requestId: string, fields: Fields): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(requestId));
  const text = JSON.stringify(fields);
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** Throws where key, message or any bit is another one. */
export function openFromTransit(key: Uint8Array, requestId: string, text: string): Fields {
  const sealed = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(requestId))
    .setAuthTag(sealed.subarray(-tagBytes));
  const opened = Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
  return z.record(z.string(), z.string()).parse(JSON.parse(opened.toString('utf8')));
}

/** Names fields without saying them: HMAC-SHA256 of their canonical JSON, in base64url. */
export function toDigest(key: Uint8Array, fields: Fields): string {
  return createHmac('sha256', key).update(canonicalize(fields)).digest('base64url');
}

/** Whether a digest is that of these fields. */
export function isDigestOf(key: Uint8Array, fields: Fields, digest: string): boolean {
  const expected = Buffer.from(toDigest(key, fields), 'base64url');
  const given = Buffer.from(digest, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
