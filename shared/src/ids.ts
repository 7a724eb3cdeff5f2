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
const accessTokenPrefix = 'kt_access_';
const refreshTokenPrefix = 'kt_refresh_';
const authorizationCodePrefix = 'kt_code_';
const prefixes = [agentKeyPrefix, proxyKeyPrefix, accessTokenPrefix, refreshTokenPrefix, authorizationCodePrefix];
const anyKey = new RegExp(prefixes.join('|'), 'i');
const keys = new RegExp(`(${prefixes.join('|')})[\\w-]+`, 'gi');

/**
 * Mints an agent key: the prefix, then base64url of the account id (16 bytes) and 32 random bytes.
 * The account travels in the key so that looking one up stays inside that account's rows.
 */
export function mintAgentKey(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(agentKeyPrefix, accountId, randomBytes(32));
}

/** Mints the key of a proxy, in the same way. */
export function mintProxyKey(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(proxyKeyPrefix, accountId, randomBytes(32));
}

/** Mints what a connected client shows in place of a key, in the same way. */
export function mintAccessToken(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(accessTokenPrefix, accountId, randomBytes(32));
}

/** Mints what a client that was let in fetches its first tokens with, in the same way. */
export function mintAuthorizationCode(accountId: string, randomBytes: RandomBytes): string {
  return mintKey(authorizationCodePrefix, accountId, randomBytes(32));
}

/** Mints what the next tokens are fetched with. `family`, 16 bytes, goes on from one to the next, the other 32 do not. */
export function mintRefreshToken(accountId: string, family: Uint8Array, randomBytes: RandomBytes): string {
  const secret = new Uint8Array(48);
  secret.set(family, 0);
  secret.set(randomBytes(32), 16);
  return mintKey(refreshTokenPrefix, accountId, secret);
}

/** True for a bearer value that claims to be an agent key, well-formed or not. */
export function looksLikeAgentKey(bearer: string): boolean {
  return bearer.startsWith(agentKeyPrefix);
}

/** True for a bearer value that claims to be an access token, well-formed or not. */
export function looksLikeAccessToken(bearer: string): boolean {
  return bearer.startsWith(accessTokenPrefix);
}

/** True for text that holds what may be a key of an agent or of a proxy, or a token of a connected client. */
export function holdsKey(text: string): boolean {
  return anyKey.test(text);
}

/** The same text with no more of such keys and tokens than what kind they are of. */
export function withoutKeys(text: string): string {
  return text.replace(keys, '$1…');
}

/** The account that a well-formed agent key names; null for anything else. Proves nothing. */
export function accountOfAgentKey(key: string): string | null {
  return accountOfKey(agentKeyPrefix, key);
}

/** The account that a well-formed proxy key names; null for anything else. Proves nothing. */
export function accountOfProxyKey(key: string): string | null {
  return accountOfKey(proxyKeyPrefix, key);
}

/** The account that a well-formed access token names; null for anything else. Proves nothing. */
export function accountOfAccessToken(token: string): string | null {
  return accountOfKey(accessTokenPrefix, token);
}

/** The account that a well-formed authorization code names; null for anything else. Proves nothing. */
export function accountOfAuthorizationCode(code: string): string | null {
  return accountOfKey(authorizationCodePrefix, code);
}

/** The account and the family that a well-formed refresh token names; null for anything else. Proves nothing. */
export function readRefreshToken(token: string): { accountId: string; family: Uint8Array } | null {
  const bytes = bytesOfKey(refreshTokenPrefix, token);
  return bytes?.length === 64 ? { accountId: bytesToUuid(bytes.slice(0, 16)), family: bytes.slice(16, 32) } : null;
}

function mintKey(prefix: string, accountId: string, secret: Uint8Array): string {
  const bytes = new Uint8Array(16 + secret.length);
  bytes.set(uuidToBytes(accountId), 0);
  bytes.set(secret, 16);
  return prefix + toBase64url(bytes);
}

function accountOfKey(prefix: string, key: string): string | null {
  const bytes = bytesOfKey(prefix, key);
  return bytes?.length === 48 ? bytesToUuid(bytes.slice(0, 16)) : null;
}

function bytesOfKey(prefix: string, key: string): Uint8Array | null {
  return key.startsWith(prefix) ? fromBase64url(key.slice(prefix.length)) : null;
}
