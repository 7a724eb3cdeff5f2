// SSH private keys as they are stored: that they are keys at all, and the public half that belongs to them.

import { AppError } from '@keytrail/shared/errors';
import sshpk from 'sshpk';

/**
 * The public key in OpenSSH's form, without a comment. Null for a key under a passphrase, which is never opened here:
 * how often its passphrase is hashed stands in the key itself, so that opening one takes as long as its maker likes.
 * Throws `invalid_input` for what is no private key.
 */
export function readSshPrivateKey(privateKey: string): string | null {
  try {
    return toText(sshpk.parsePrivateKey(privateKey, 'auto').toPublic());
  } catch (error) {
    if (error instanceof sshpk.KeyEncryptedError) return null;
    // The parser's own words may quote the key.
    throw new AppError('invalid_input', {
      message: 'not an SSH private key',
      public: 'This is not a private key in OpenSSH, PEM or PKCS#8 form.',
    });
  }
}

/**
 * The public half to store beside a private key: the owner's own, else the one that belongs to it. Throws
 * `invalid_input` where the owner's belongs to another key.
 */
export function choosePublicKey(privateKey: string, given: string | undefined): string | undefined {
  const derived = readSshPrivateKey(privateKey);
  if (given === undefined || given.trim() === '') return derived ?? undefined;
  const known = findPublicKey(given);
  if (derived === null || known === null || known === derived) return given;
  throw new AppError('invalid_input', {
    message: 'public key of another private key',
    public: 'The public key does not belong to this private key. Leave it empty, and it is read from the private key.',
  });
}

/** Null for what is kept in its place, such as an SSH certificate. */
function findPublicKey(given: string): string | null {
  try {
    return toText(sshpk.parseKey(given, 'auto'));
  } catch {
    return null;
  }
}

function toText(key: sshpk.Key): string {
  return key.toString('ssh').split(' ').slice(0, 2).join(' ');
}
