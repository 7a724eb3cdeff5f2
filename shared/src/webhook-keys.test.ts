// Known answers were computed by another program (Python's hmac and hashlib), from RFC 5869 and this file's inputs.

import { expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { deriveBindingKey, deriveWebhookKeys, deriveWebhookSecret, mintBindingCode } from './webhook-keys.ts';

const code = 'kt_bind_AAECAwQFBgcICQoLDA0ODxAREhM';
const ours = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE';
const theirs = 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI';

test('the keys of a secret are those that any HKDF makes of it, each for one purpose', () => {
  const keys = deriveWebhookKeys(Uint8Array.from({ length: 32 }, (_, index) => index));
  expect(toHex(keys.message)).toBe('0620f5de51d034be9dd26da97701b2af47ade88310eb40268f3286449d552662');
  expect(toHex(keys.ticket)).toBe('dfc9c4b533df4e5efff2db3e297c72e048c3087c33e9db28d76f486bbe0555f8');
  expect(toHex(keys.transit)).toBe('91dcb45c864b7bc9d0487eaf38ab9735cafaee79217dbb67a52e35161e9d7ffb');
});

test('both sides make the same secret of the code and their nonces, and another of any other', () => {
  expect(mintBindingCode((length) => Uint8Array.from({ length }, (_, index) => index))).toBe(code);
  expect(toHex(deriveBindingKey(code))).toBe('7640d0c08d1332ad408d4d7fae5d12f447410f7eeb0836460b93f9f52fd00dd4');
  const secret = '5b96ab85b93406ed28b28fe46060d4bc216b7852bf3c8f1ac1f367414741f824';
  expect(toHex(deriveWebhookSecret(code, ours, theirs))).toBe(secret);
  expect(toHex(deriveWebhookSecret(code, theirs, ours))).not.toBe(secret);
  expect(toHex(deriveWebhookSecret(`${code}A`, ours, theirs))).not.toBe(secret);
});

test('invalid: a nonce of another length is refused', () => {
  expect(() => deriveWebhookSecret(code, ours, theirs.slice(4))).toThrow('32 bytes');
});
