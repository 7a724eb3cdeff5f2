import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readCertificateEnd } from './certificates.ts';
import { authority, certificate, certificateKey, ed25519Key, lockedCertificateKey } from './keys.fixture.ts';

const end = new Date('2036-11-24T03:34:31Z');
const refusal = expect.objectContaining({ code: 'invalid_input' });

test.each([
  ['the certificate alone', certificate],
  ['first in its chain', certificate + authority],
  ['last in its chain', authority + certificate],
  ['with text around it', `subject=CN = service\n${certificate}\ntrailing`],
])('the end is that of the certificate which belongs to the key: %s', (_, chain) => {
  expect(readCertificateEnd(certificateKey, chain)).toEqual(end);
});

test('without the key, or with one under a passphrase, the first of the chain counts', () => {
  expect(readCertificateEnd(undefined, certificate + authority)).toEqual(end);
  expect(readCertificateEnd(lockedCertificateKey, certificate + authority)).toEqual(end);
});

test('a key without a chain has no end', () => {
  expect(readCertificateEnd(certificateKey, undefined)).toBeNull();
});

test.each([
  ['words as the key', 'words', undefined],
  ['an SSH key as the key', ed25519Key, undefined],
  ['words as the chain', certificateKey, 'words'],
  ['a broken certificate', certificateKey, certificate.replace('MII', 'AAA')],
  ['a chain of another key', certificateKey, authority],
])('invalid: %s', (_, key, chain) => {
  expect(() => readCertificateEnd(key, chain)).toThrow(refusal);
});

test('invalid: a certificate with another key of the same kind', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  expect(() => readCertificateEnd(key, certificate)).toThrow(refusal);
});
