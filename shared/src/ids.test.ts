import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64url, toBase64url } from './bytes.ts';
import {
  accountOfAccessToken,
  accountOfAgentKey,
  accountOfAuthorizationCode,
  accountOfProxyKey,
  holdsKey,
  mintAccessToken,
  mintAgentKey,
  mintAuthorizationCode,
  mintProxyKey,
  mintRefreshToken,
  mintUuid,
  readRefreshToken,
  withoutKeys,
} from './ids.ts';

test('a UUIDv7 carries its time, version and variant, and sorts by time', () => {
  const early = mintUuid(1_700_000_000_000, randomBytes);
  const late = mintUuid(1_700_000_000_001, randomBytes);
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(early.replaceAll('-', '').slice(0, 12), 16)).toBe(1_700_000_000_000);
  expect(early < late).toBe(true);
});

test('an agent key names its account and is never the same twice', () => {
  const account = mintUuid(Date.now(), randomBytes);
  const key = mintAgentKey(account, randomBytes);
  expect(key).toMatch(/^kt_agent_[A-Za-z0-9_-]{64}$/);
  expect(accountOfAgentKey(key)).toBe(account);
  expect(mintAgentKey(account, randomBytes)).not.toBe(key);
});

test('a proxy key names its account, and neither kind of key passes for the other', () => {
  const account = mintUuid(Date.now(), randomBytes);
  const key = mintProxyKey(account, randomBytes);
  expect(key).toMatch(/^kt_proxy_[A-Za-z0-9_-]{64}$/);
  expect([accountOfProxyKey(key), accountOfAgentKey(key)]).toEqual([account, null]);
  expect(accountOfProxyKey(mintAgentKey(account, randomBytes))).toBeNull();
});

test('what a connected client holds names its account, each kind passes for itself only, and all are known for keys', () => {
  const account = mintUuid(Date.now(), randomBytes);
  const family = randomBytes(16);
  const access = mintAccessToken(account, randomBytes);
  const code = mintAuthorizationCode(account, randomBytes);
  const refresh = mintRefreshToken(account, family, randomBytes);
  expect(accountOfAccessToken(access)).toBe(account);
  expect(accountOfAuthorizationCode(code)).toBe(account);
  const read = readRefreshToken(refresh);
  expect(read?.accountId).toBe(account);
  expect(Buffer.from(read?.family ?? []).equals(family)).toBe(true);
  expect(mintRefreshToken(account, family, randomBytes)).not.toBe(refresh);
  expect([accountOfAccessToken(code), accountOfAuthorizationCode(access), accountOfAgentKey(access)]).toEqual([
    null,
    null,
    null,
  ]);
  expect([readRefreshToken(access), accountOfAccessToken(refresh)]).toEqual([null, null]);
  for (const token of [access, code, refresh]) expect(holdsKey(`Bearer ${token}`)).toBe(true);
});

test('of a key in a text, in whichever case, its kind is left', () => {
  const key = mintProxyKey(mintUuid(Date.now(), randomBytes), randomBytes);
  expect(withoutKeys(`a ${key}, b "${key.toUpperCase()}"`)).toBe('a kt_proxy_…, b "KT_PROXY_…"');
  expect(withoutKeys('kt_agent_ alone')).toBe('kt_agent_ alone');
});

test.each(['', 'kt_agent_', 'kt_agent_AAAA', `kt_agent_${'A'.repeat(63)}`, `kt_agent_${'A'.repeat(63)}=`, 'Bearer x'])(
  '%j is no agent key',
  (text) => expect(accountOfAgentKey(text)).toBeNull(),
);

test('base64url is what Node writes, and reads back only what it wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = toBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64url(text)).toEqual(bytes);
    }),
  );
  for (const text of ['A', 'AB=', 'A+/A', 'AB', 'é']) expect(fromBase64url(text), text).toBeNull();
});
