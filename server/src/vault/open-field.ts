// Opens one sealed field. Who may import this is in `test/rules.test.ts`: the door, and what speaks to a provider.

import { AppError } from '@keytrail/shared/errors';
import type { Context } from '../base/context.ts';
import { open } from '../base/envelope.ts';
import type { CredentialRow } from './credentials.ts';

/** The plaintext; null where there is no such field. Throws `secret_unreadable`, or `master_key_unavailable` for a while. */
export function openField(
  ctx: Pick<Context, 'masterKeys'>,
  row: Pick<CredentialRow, 'accountId' | 'id' | 'sealed'>,
  field: string,
): string | null {
  const sealed = row.sealed[field];
  if (sealed === undefined) return null;
  if (sealed.box === null) throw new AppError('internal', { message: `${field} of ${row.id} is held elsewhere` });
  const context = { accountId: row.accountId, credentialId: row.id, field, version: sealed.version };
  try {
    return open(ctx.masterKeys, context, Buffer.from(sealed.box, 'base64'));
  } catch (cause) {
    // The key is away for a while; the secret is as it was.
    if (cause instanceof AppError) throw cause;
    throw new AppError('secret_unreadable', { message: `field ${field} of credential ${row.id} does not open`, cause });
  }
}
