import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readSshPublicKey } from './ssh-public-key.ts';

const rsa = (bits: number) => {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  const parts = [
    Buffer.from('ssh-rsa'),
    Buffer.from(e, 'base64url'),
    Buffer.from(`00${Buffer.from(n, 'base64url').toString('hex')}`, 'hex'),
  ];
  const blob = Buffer.concat(
    parts.flatMap((part) => [Buffer.from(Uint32Array.of(part.length).buffer).reverse(), part]),
  );
  return `ssh-rsa ${blob.toString('base64')} me@example.com`;
};

test.each([
  // Printed by ssh-keygen -l.
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII0CaMBX39r3BYq3Fc4Kdhn/8aWbV2qqIzaDcsfKtTts test@example.com',
    { type: 'Ed25519', fingerprint: 'SHA256:ikDXBJKmctBtMkSYKAJ7yBTPCHuoYrrjqf9a1goUhow' },
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDdTLjOWI5sDsNd/MyCwkqh8cAnpDsDXkADLVlzzLwV/DkYaA6O0a7vgbr7/fsXmB2UfCHEh68TFcKOW/i782xo=',
    { type: 'ECDSA P-256', fingerprint: 'SHA256:EdReK2jhnuEeUKgepj8zW92TvPDGfBYDnz1KZD41AcU' },
  ],
])('type and fingerprint are those of ssh-keygen: %s', (line, facts) => {
  expect(readSshPublicKey(line)).toEqual(facts);
});

test('an RSA key says how long it is', () => {
  for (const bits of [1024, 2048]) expect(readSshPublicKey(rsa(bits))?.type).toBe(`RSA ${bits}`);
});

test.each(['', 'pub', 'ssh-ed25519', 'ssh-ed25519 AAAA', 'ssh-rsa AAAAC3NzaC1lZDI1NTE5', '-----BEGIN PUBLIC KEY-----'])(
  '%j is none',
  (text) => expect(readSshPublicKey(text)).toBeNull(),
);
