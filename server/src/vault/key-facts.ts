// What keys and certificates say of themselves, added to what their owner writes: the public half, the expiry.

import type { CredentialInput } from '@keytrail/shared/credential';
import { readCertificateEnd } from './certificates.ts';
import type { CredentialPatch } from './credential-patch.ts';
import type { CredentialRow } from './credentials.ts';
import { choosePublicKey } from './ssh-keys.ts';

/** A new credential, checked and completed. Throws `invalid_input`, without the key in its words. */
export function completeInput(input: CredentialInput): CredentialInput {
  if (input.kind === 'ssh_key') {
    const publicKey = choosePublicKey(input.secret.privateKey, input.public.publicKey);
    return { ...input, public: publicKey === undefined ? {} : { publicKey } };
  }
  if (input.kind === 'certificate') {
    const end = readCertificateEnd(input.secret.privateKey, input.public.chain);
    return { ...input, expiresAt: input.expiresAt ?? end?.toISOString() ?? null };
  }
  return input;
}

/**
 * An edit, checked and completed. What was read from the old key or certificate and came back as it was gives way to what
 * the new one says.
 */
export function completePatch(old: Pick<CredentialRow, 'kind' | 'public' | 'expiresAt'>, patch: CredentialPatch) {
  const privateKey = patch.secret?.privateKey ?? undefined;
  if (old.kind === 'ssh_key') return privateKey === undefined ? patch : completeSshKey(old, patch, privateKey);
  if (old.kind === 'certificate') return completeCertificate(old, patch, privateKey);
  return patch;
}

function completeSshKey(old: Pick<CredentialRow, 'public'>, patch: CredentialPatch, privateKey: string) {
  const { publicKey: given, ...others } = patch.public ?? {};
  // What is no text is refused with the whole credential.
  if (given !== undefined && typeof given !== 'string') return patch;
  const publicKey = choosePublicKey(privateKey, given === old.public.publicKey ? undefined : given);
  return { ...patch, public: publicKey === undefined ? others : { ...others, publicKey } };
}

function completeCertificate(
  old: Pick<CredentialRow, 'public' | 'expiresAt'>,
  patch: CredentialPatch,
  privateKey: string | undefined,
): CredentialPatch {
  const { chain } = patch.public ?? old.public;
  const isRenewed = chain !== old.public.chain;
  if (privateKey === undefined && !isRenewed) return patch;
  const end = readCertificateEnd(privateKey, typeof chain === 'string' ? chain : undefined);
  if (!isRenewed || end === null || !isUntouched(patch.expiresAt, old.expiresAt)) return patch;
  return { ...patch, expiresAt: end.toISOString() };
}

/** Forms show whole minutes. */
function isUntouched(given: string | null | undefined, before: Date | null): boolean {
  if (given === undefined || given === null) return true;
  return before !== null && Math.abs(Date.parse(given) - before.getTime()) < 60_000;
}
