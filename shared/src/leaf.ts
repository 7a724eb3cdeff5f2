// The canonical line of an event and its leaf hash (RFC 9162 §2.1.1): the bytes a proof is about.

import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalize } from './canonical.ts';
import type { AuditEvent, EventBody } from './event.ts';
import { eventBody } from './event-schema.ts';

/** SHA-256(0x00 || UTF-8 of the line), 32 bytes. */
export function hashLeaf(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const prefixed = new Uint8Array(bytes.length + 1);
  prefixed.set(bytes, 1);
  return sha256(prefixed);
}

/** The line that the log stores: `ev` as its maker wrote it, with the server's clock and number. */
export function toLine(body: EventBody, seq: number, recordedAt: string): string {
  return canonicalize({ ev: { ...body }, rec: recordedAt, seq, sig: null, v: 1 });
}

/** Reads a stored line. The line comes from our own log; a malformed one throws. */
export function parseLine(text: string): AuditEvent {
  const { ev, rec, seq } = JSON.parse(text) as { ev: EventBody; rec: string; seq: number };
  const { salt: _salt, ...event } = ev;
  return { ...event, seq, recordedAt: rec };
}

/**
 * Throws unless a line is canonical, whole and of the known shape. Lines that do not come back byte for byte
 * could be read in two ways (duplicate keys, other escapes).
 */
export function verifyLine(text: string): void {
  const parsed = JSON.parse(text);
  if (canonicalize(parsed) !== text) throw new Error(`line ${parsed?.seq} is not canonical`);
  if (Object.keys(parsed).join() !== 'ev,rec,seq,sig,v' || parsed.v !== 1) throw new Error('unknown line format');
  eventBody.parse(parsed.ev);
}
