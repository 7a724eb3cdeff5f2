// Certificates as they are stored: that key and chain are what they should be, and until when the certificate holds.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AppError } from '@keytrail/shared/errors';

/**
 * When the certificate ends that belongs to the private key, or the first of the chain where that cannot be told; null
 * without a chain. `privateKey` is undefined where it is sealed already. Throws `invalid_input` for what is no key, no
 * chain, or a chain that belongs to another key.
 */
export function readCertificateEnd(privateKey: string | undefined, chain: string | undefined): Date | null {
  const key = privateKey === undefined ? null : readPrivateKey(privateKey);
  if (chain === undefined) return null;
  const certificates = readChain(chain);
  const own = key === null ? certificates[0] : certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (own !== undefined) return new Date(own.validTo);
  throw new AppError('invalid_input', {
    message: 'chain of another key',
    public: 'No certificate of the chain belongs to this private key. Replace both together.',
  });
}

/** Null for a key under a passphrase: it is not opened here, see `ssh-keys.ts`. */
function readPrivateKey(text: string): KeyObject | null {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) return null;
  try {
    return createPrivateKey(text);
  } catch {
    throw new AppError('invalid_input', {
      message: 'not a private key in PEM form',
      public: 'This is not a private key in PEM form.',
    });
  }
}

function readChain(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw refuseChain();
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw refuseChain();
  }
}

function refuseChain(): AppError {
  return new AppError('invalid_input', {
    message: 'chain is no certificate',
    public: 'The certificate chain is not in PEM form (-----BEGIN CERTIFICATE-----).',
  });
}
