// What an SSH public key says of itself: its type and its fingerprint, as `ssh-keygen -l` shows them.

import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, toBase64url } from './bytes.ts';

export interface SshPublicKeyFacts {
  /** "Ed25519", "RSA 3072", "ECDSA P-256"; a type that is not known here by its own name. */
  readonly type: string;
  /** "SHA256:" and unpadded Base64. */
  readonly fingerprint: string;
}

const types: Record<string, string> = {
  'ssh-ed25519': 'Ed25519',
  'ecdsa-sha2-nistp256': 'ECDSA P-256',
  'ecdsa-sha2-nistp384': 'ECDSA P-384',
  'ecdsa-sha2-nistp521': 'ECDSA P-521',
  'sk-ssh-ed25519@openssh.com': 'Ed25519, security key',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'ECDSA P-256, security key',
};

/** Reads the one-line form of OpenSSH (RFC 4253 §6.6 in Base64); null for anything else. */
export function readSshPublicKey(text: string): SshPublicKeyFacts | null {
  const [name = '', base64 = ''] = text.trim().split(/\s+/);
  const blob = fromBase64url(base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));
  const [named, , modulus] = blob === null ? [] : readStrings(blob);
  if (blob === null || named === undefined || String.fromCharCode(...named) !== name) return null;
  const type = name === 'ssh-rsa' && modulus !== undefined ? `RSA ${countBits(modulus)}` : (types[name] ?? name);
  const hash = toBase64url(sha256(blob)).replaceAll('-', '+').replaceAll('_', '/');
  return { type, fingerprint: `SHA256:${hash}` };
}

/** Strings behind their lengths of four bytes, as far as they are whole. */
function readStrings(blob: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = [];
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  for (let at = 0; at + 4 <= blob.length; ) {
    const end = at + 4 + view.getUint32(at);
    if (end > blob.length) break;
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

function countBits(integer: Uint8Array): number {
  const first = integer.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first] ?? 0) + 24;
}
