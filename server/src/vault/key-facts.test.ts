import type { CredentialInput } from '@keytrail/shared/credential';
import { describe, expect, test } from 'vitest';
import type { CredentialPatch } from './credential-patch.ts';
import { completeInput, completePatch } from './key-facts.ts';
import {
  certificate,
  certificateKey,
  ed25519Key,
  ed25519PublicKey,
  lockedKey,
  otherPublicKey,
  renewedCertificate,
} from './keys.fixture.ts';

const common = { service: 'web', label: 'web', tags: [], expiresAt: null };
const end = '2036-11-24T03:34:31.000Z';
const renewedEnd = '2037-11-09T03:34:31.000Z';
const derived = ed25519PublicKey.split(' ').slice(0, 2).join(' ');

describe('a new credential', () => {
  const toCertificate = (more: Partial<Extract<CredentialInput, { kind: 'certificate' }>>) =>
    completeInput({
      ...common,
      kind: 'certificate',
      public: { chain: certificate },
      secret: { privateKey: certificateKey },
      ...more,
    });

  test('a certificate ends when it says, unless its owner says otherwise', () => {
    expect(toCertificate({}).expiresAt).toBe(end);
    expect(toCertificate({ expiresAt: '2030-01-01T00:00:00Z' }).expiresAt).toBe('2030-01-01T00:00:00Z');
    expect(toCertificate({ public: {} }).expiresAt).toBeNull();
  });

  test('an SSH key gets its public half', () => {
    const input = { ...common, kind: 'ssh_key', public: {}, secret: { privateKey: ed25519Key } } as const;
    expect(completeInput(input).public).toEqual({ publicKey: derived });
  });

  test('every other kind stays as it is', () => {
    const input: CredentialInput = { ...common, kind: 'token', public: {}, secret: { value: 'x' } };
    expect(completeInput(input)).toBe(input);
  });
});

describe('an edit', () => {
  const toPatch = (more: Partial<CredentialPatch>): CredentialPatch => ({ id: 'c', version: 1, ...more });
  const sshKey = { kind: 'ssh_key', public: { publicKey: otherPublicKey }, expiresAt: null } as const;
  const web = { kind: 'certificate', public: { chain: certificate }, expiresAt: new Date(end) } as const;

  test('that replaces an SSH key replaces the public half that came back unchanged', () => {
    const secret = { privateKey: ed25519Key };
    const back = completePatch(sshKey, toPatch({ secret, public: { publicKey: otherPublicKey } }));
    expect(back.public).toEqual({ publicKey: derived });
    expect(completePatch(sshKey, toPatch({ secret })).public).toEqual({ publicKey: derived });
    const locked = completePatch(sshKey, toPatch({ secret: { privateKey: lockedKey } }));
    expect(locked.public, 'the old half must not stay beside a key that it does not belong to').toEqual({});
  });

  test('of anything else leaves an SSH key alone', () => {
    const patch = toPatch({ label: 'new', public: { publicKey: otherPublicKey } });
    expect(completePatch(sshKey, patch)).toBe(patch);
  });

  test('that renews a certificate moves its end, to the minute as forms show it or left out', () => {
    for (const expiresAt of ['2036-11-24T03:34:00.000Z', null, undefined]) {
      const patch = toPatch({
        public: { chain: renewedCertificate },
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      expect(completePatch(web, patch).expiresAt, String(expiresAt)).toBe(renewedEnd);
    }
    const own = toPatch({ public: { chain: renewedCertificate }, expiresAt: '2030-01-01T00:00:00Z' });
    expect(completePatch(web, own).expiresAt).toBe('2030-01-01T00:00:00Z');
  });

  test('that takes away the end, or only the label, is followed', () => {
    const patch = toPatch({ label: 'new', expiresAt: null, public: { chain: certificate } });
    expect(completePatch(web, patch)).toBe(patch);
  });

  test('invalid: a new key beside the certificate of the old one', () => {
    const patch = toPatch({ secret: { privateKey: ed25519Key } });
    expect(() => completePatch(web, patch)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
