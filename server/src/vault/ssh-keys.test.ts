import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { ed25519Key, ed25519PublicKey, lockedKey, lockedPublicKey, otherPublicKey } from './keys.fixture.ts';
import { choosePublicKey, readSshPrivateKey } from './ssh-keys.ts';

const bare = (text: string) => text.split(' ').slice(0, 2).join(' ');

test('an OpenSSH key names its public half, as ssh-keygen does', () => {
  expect(readSshPrivateKey(ed25519Key)).toBe(bare(ed25519PublicKey));
  expect(readSshPrivateKey(ed25519Key.replaceAll('\n', '\r\n'))).toBe(bare(ed25519PublicKey));
});

test.each([
  ['RSA, PKCS#8', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'pkcs8', 'ssh-rsa'],
  ['RSA, PKCS#1', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'pkcs1', 'ssh-rsa'],
  ['EC, SEC1', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'sec1', 'ecdsa-sha2-nistp384'],
  ['Ed25519, PKCS#8', generateKeyPairSync('ed25519').privateKey, 'pkcs8', 'ssh-ed25519'],
] as const)('a PEM key is read: %s', (_, key, type, expected) => {
  expect(bare(readSshPrivateKey(key.export({ format: 'pem', type }).toString()) ?? '').split(' ')[0]).toBe(expected);
});

test('a key under a passphrase is taken as it is, unopened', () => {
  expect(readSshPrivateKey(lockedKey)).toBeNull();
  expect(choosePublicKey(lockedKey, undefined)).toBeUndefined();
  expect(choosePublicKey(lockedKey, lockedPublicKey)).toBe(lockedPublicKey);
});

test.each([
  ['nothing', ''],
  ['words', 'secret-words'],
  ['a public key', ed25519PublicKey],
  ['half a key', ed25519Key.slice(0, 200)],
  ['an empty block', '-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n'],
])('invalid: %s is no private key, and the refusal does not repeat it', (_, text) => {
  expect(() => readSshPrivateKey(text)).toThrow(
    expect.objectContaining({ code: 'invalid_input', public: expect.not.stringContaining('secret-words') }),
  );
});

test('the owner’s public key stays as typed where it belongs to the private one', () => {
  expect(choosePublicKey(ed25519Key, ed25519PublicKey)).toBe(ed25519PublicKey);
  expect(choosePublicKey(ed25519Key, '  ')).toBe(bare(ed25519PublicKey));
  expect(choosePublicKey(ed25519Key, 'kept in the wiki')).toBe('kept in the wiki');
});

test('invalid: the public key of another private key', () => {
  expect(() => choosePublicKey(ed25519Key, otherPublicKey)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
