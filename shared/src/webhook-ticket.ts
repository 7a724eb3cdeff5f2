// The ticket: what Keytrail hands out instead of a secret that an owner's webhook holds. Good for one use, for a minute, for
// one requester, one credential and the fields that were decided on; `base64url(JSON).base64url(HMAC-SHA256)`.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { fromBase64url, toBase64url } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { isSameText } from './same-text.ts';

export const ticketSeconds = 60;

/** An agent fetches, the owner reads, the owner writes, a proxy has a call made. */
export const ticketPurposes = ['agent', 'owner', 'store', 'proxy'] as const;
export type TicketPurpose = (typeof ticketPurposes)[number];

export const ticketClaims = z.strictObject({
  v: z.literal(1),
  /** Names the ticket: the webhook takes each once. */
  id: z.uuid(),
  accountId: z.uuid(),
  credentialId: z.uuid(),
  purpose: z.enum(ticketPurposes),
  service: z.string(),
  label: z.string(),
  kind: z.string(),
  /** What may leave, by name; of a `store` ticket, what may be written. */
  fields: z.array(z.string()),
  /** Of those, which leave as a one-time code, and the field that holds its seed. */
  codes: z.record(z.string(), z.string()),
  /** Values that are not secret and travel along, such as a user name. */
  open: z.record(z.string(), z.string()),
  /** Who asked: an agent, a proxy, or with neither the owner. */
  agentId: z.uuid().nullable(),
  proxyId: z.uuid().nullable(),
  /** Of a `proxy` ticket: the SHA-256 of the call that it is for, in base64url. */
  call: z.string().nullable(),
  /** Of a `store` ticket: the version of the credential that it makes. */
  version: z.int().nullable(),
  /** The event that recorded it, what ties the events together, and the id that the event of its receipt is to have. */
  eventId: z.uuid(),
  correlationId: z.uuid(),
  receiptId: z.uuid(),
  issuedAt: z.int(),
  /** Seconds since 1970, exclusive. */
  expiresAt: z.int(),
});
export type TicketClaims = z.infer<typeof ticketClaims>;

export function signTicket(key: Uint8Array, claims: TicketClaims): string {
  const payload = toBase64url(new TextEncoder().encode(canonicalize(claims)));
  return `${payload}.${toSignature(key, payload)}`;
}

export type TicketReading =
  | { readonly outcome: 'valid'; readonly claims: TicketClaims }
  | { readonly outcome: 'expired'; readonly claims: TicketClaims }
  | { readonly outcome: 'forged' };

/** Reads a ticket that somebody presents. Whether it was used before is for whoever takes it to remember. */
export function readTicket(key: Uint8Array, text: string, nowMs: number): TicketReading {
  const [payload = '', signature = '', ...rest] = text.split('.');
  // Attacker-controlled until here.
  if (rest.length > 0 || !isSameText(signature, toSignature(key, payload))) return { outcome: 'forged' };
  const bytes = fromBase64url(payload);
  const claims = bytes === null ? null : ticketClaims.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (claims?.success !== true) return { outcome: 'forged' };
  const expired = nowMs >= claims.data.expiresAt * 1000;
  return { outcome: expired ? 'expired' : 'valid', claims: claims.data };
}

function toSignature(key: Uint8Array, payload: string): string {
  return toBase64url(hmac(sha256, key, new TextEncoder().encode(payload)));
}
