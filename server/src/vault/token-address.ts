// Where refresh material may be sent: to the provider that it came from. Whoever could move the token address and keep what is stored
// would have it sent to a server of their own, though it never leaves on use.

import { AppError } from '@keytrail/shared/errors';
import type { CredentialPatch } from './credential-patch.ts';
import type { CredentialRow } from './credentials.ts';

const material = ['refreshToken', 'clientSecret'];

/**
 * Throws `invalid_input` for an edit that leads stored refresh material to another server, or to the first one that is named.
 * @param given the sealed fields that come anew with the edit, or go.
 */
export function verifyTokenAddress(
  old: Pick<CredentialRow, 'kind' | 'public' | 'sealed'>,
  readable: CredentialPatch['public'],
  given: readonly string[],
): void {
  if (old.kind !== 'oauth' || readable === undefined) return;
  if (toOrigin(readable.tokenUrl) === toOrigin(old.public.tokenUrl)) return;
  if (!material.some((name) => Object.hasOwn(old.sealed, name) && !given.includes(name))) return;
  throw new AppError('invalid_input', {
    message: 'another token address for stored refresh material',
    public:
      'The stored refresh token and client secret go to the token address that they were stored with, and to no other. Give both anew with the new address, or remove them.',
  });
}

/** What is no address is refused with the whole credential. */
function toOrigin(address: unknown): string | null {
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : null;
}
