// What Postgres keeps of a password (RFC 5803): made here, so that the password itself is in no statement and no log.

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

const iterations = 4096;

/** @param salt 16 random bytes */
export function toScramVerifier(password: string, salt: Uint8Array): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(sign('Client Key')).digest('base64');
  const salts = Buffer.from(salt).toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salts}$${stored}:${sign('Server Key').toString('base64')}`;
}
