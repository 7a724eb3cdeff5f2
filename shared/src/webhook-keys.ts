// The keys that Keytrail and an owner's webhook share: one secret, agreed on by a one-time code, and a key for each purpose.
// Neither the secret nor the code crosses the wire.

import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, toBase64url } from './bytes.ts';
import type { RandomBytes } from './ids.ts';

/** What each key is for. A key of one purpose proves nothing for another. */
export interface WebhookKeys {
  /** Signs messages, in both directions. */
  readonly message: Uint8Array;
  /** Signs tickets. */
  readonly ticket: Uint8Array;
  /** Seals secrets on their way from one vault to the other (AES-256-GCM). */
  readonly transit: Uint8Array;
}

export const webhookSecretBytes = 32;
const nonceBytes = 32;
const codePrefix = 'kt_bind_';

/** The keys of a shared secret of 32 bytes (HKDF-SHA256, RFC 5869, without salt). */
export function deriveWebhookKeys(secret: Uint8Array): WebhookKeys {
  const derive = (purpose: string) => hkdf(sha256, secret, undefined, toBytes(`keytrail webhook ${purpose} v1`), 32);
  return { message: derive('message'), ticket: derive('ticket'), transit: derive('transit') };
}

/** A code that a person pastes into their webhook: 160 random bits, so that nobody can try them all. */
export function mintBindingCode(randomBytes: RandomBytes): string {
  return codePrefix + toBase64url(randomBytes(20));
}

export function mintBindingNonce(randomBytes: RandomBytes): string {
  return toBase64url(randomBytes(nonceBytes));
}

/** Signs the two messages of a binding, before there is a secret. */
export function deriveBindingKey(code: string): Uint8Array {
  return hkdf(sha256, toBytes(code), undefined, toBytes('keytrail webhook binding v1'), 32);
}

/**
 * The secret that both sides make of the code and a nonce of each. Throws for a nonce that is none.
 * @param ours the nonce of Keytrail. @param theirs that of the webhook.
 */
export function deriveWebhookSecret(code: string, ours: string, theirs: string): Uint8Array {
  const salt = new Uint8Array(2 * nonceBytes);
  salt.set(toNonce(ours), 0);
  salt.set(toNonce(theirs), nonceBytes);
  return hkdf(sha256, toBytes(code), salt, toBytes('keytrail webhook secret v1'), webhookSecretBytes);
}

function toNonce(text: string): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes?.length !== nonceBytes) throw new TypeError('a nonce is 32 bytes in base64url');
  return bytes;
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
