// Ids and keys: how they are minted and how they are recognised.

import { bytesToUuid, fromBase64url, toBase64url, uuidToBytes } from './bytes.ts';

/** Fills `length` fresh random bytes; the caller passes its platform's cryptographic source. */
export type RandomBytes = (length: number) => Uint8Array;

/** Mints a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits. */
export function mintUuid(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = new Uint8Array(16);
  bytes.set(randomBytes(10), 6);
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(nowMs / 2 ** (40 - 8 * index)) & 0xff;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytesToUuid(bytes);
}

const agentKeyPrefix = 'kt_agent_';
const proxyKeyPrefix = 'kt_proxy_';

/**
 * Mints an agent key: the prefix, then base64url of the account id (16 bytes) and 32 random bytes.
 * The account travels in the key so that looking one up stays inside that account's rows.
 */
export function mintAgentKey(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(agentKeyPrefix, accountId, randomBytes);
}

/** Mints the key of a proxy, in the same way. */
export function mintProxyKey(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(proxyKeyPrefix, accountId, randomBytes);
}

/** True for a bearer value that claims to be an agent key, well-formed or not. */
export function looksLikeAgentKey(bearer: string): boolean {
  return bearer.startsWith(agentKeyPrefix);
}

/** True for text that holds what may be a key of an agent or of a proxy. */
export function holdsKey(text: string): boolean {
  return text.includes(agentKeyPrefix) || text.includes(proxyKeyPrefix);
}

/** The account that a well-formed agent key names; null for anything else. Proves nothing. */
export function accountOfAgentKey(key: string): string | null {
  return accountOfKey(agentKeyPrefix, key);
}

/** The account that a well-formed proxy key names; null for anything else. Proves nothing. */
export function accountOfProxyKey(key: string): string | null {
  return accountOfKey(proxyKeyPrefix, key);
}

function mintKey(prefix: string, accountId: string, randomBytes: RandomBytes): string {
  const bytes = new Uint8Array(48);
  bytes.set(uuidToBytes(accountId), 0);
  bytes.set(randomBytes(32), 16);
  return prefix + toBase64url(bytes);
}

function accountOfKey(prefix: string, key: string): string | null {
  if (!key.startsWith(prefix)) return null;
  const bytes = fromBase64url(key.slice(prefix.length));
  return bytes?.length === 48 ? bytesToUuid(bytes.slice(0, 16)) : null;
}
