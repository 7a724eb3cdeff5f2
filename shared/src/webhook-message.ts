// Signed messages between Keytrail and an owner's webhook: HMAC-SHA256 over `timestamp.body`. The body says its own type and
// request id, so that a message is good for one purpose and for once.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from './bytes.ts';
import { isSameText } from './same-text.ts';

/** Header names, in lower case. */
export const webhookHeaders = {
  signature: 'x-keytrail-signature',
  /** Seconds since 1970. */
  timestamp: 'x-keytrail-timestamp',
  /** The same as in the body, so that logs can name a message without reading it. */
  requestId: 'x-keytrail-request-id',
  /** Whose webhook it is; proves nothing. */
  account: 'x-keytrail-account',
} as const;

/** How far two clocks may be apart. */
export const skewSecondsMax = 300;

/** The head of a message, by the names of `webhookHeaders`. */
export interface MessageHead {
  readonly signature: string;
  readonly timestamp: string;
  readonly requestId: string;
}

/** Signs a body as it goes over the wire, byte for byte. */
export function signMessage(key: Uint8Array, body: string, requestId: string, nowMs: number): MessageHead {
  const timestamp = String(Math.floor(nowMs / 1000));
  return { signature: toSignature(key, timestamp, body), timestamp, requestId };
}

/** Why a message is not believed. */
export type MessageFault = 'malformed' | 'skewed' | 'forged' | 'replayed';

/**
 * What is wrong with a message; null for one to believe.
 * @param requestId what the body says.
 * @param isNew answers whether this id is seen for the first time, and remembers it for as long as `skewSecondsMax` on either side.
 * It is asked last: nobody can fill a memory with what they cannot sign.
 */
export function findMessageFault(
  key: Uint8Array,
  head: Partial<MessageHead>,
  body: string,
  requestId: unknown,
  nowMs: number,
  isNew: (requestId: string) => boolean,
): MessageFault | null {
  const { signature, timestamp } = head;
  if (signature === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return 'malformed';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > skewSecondsMax) return 'skewed';
  if (!isSameText(signature, toSignature(key, timestamp, body))) return 'forged';
  if (typeof requestId !== 'string' || requestId === '' || head.requestId !== requestId) return 'malformed';
  return isNew(requestId) ? null : 'replayed';
}

function toSignature(key: Uint8Array, timestamp: string, body: string): string {
  return `v1=${toHex(hmac(sha256, key, new TextEncoder().encode(`${timestamp}.${body}`)))}`;
}
