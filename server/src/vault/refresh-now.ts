// The owner has a token refreshed by a press of a button.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { type CredentialRow, getCredential, toSummary } from './credentials.ts';
import { toCredentialFacts } from './judge-call.ts';
import { refreshToken } from './refresh.ts';
import { isHeldByWebhook } from './webhook-held.ts';

/** Refreshes it now, whether it is due or not. Throws where it cannot be, or where the provider did not. */
export async function refreshNow(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string },
): Promise<CredentialSummary> {
  const row = await readRow(ctx, owner, input.id);
  if (isHeldByWebhook(row)) {
    throw new AppError('conflict', {
      message: `credential ${row.id} is held by the webhook`,
      public: 'Your webhook holds this token, so it cannot be renewed here. Renew it there, or edit the credential.',
    });
  }
  const renewal = await refreshToken(ctx, {
    accountId: owner.accountId,
    credentialId: row.id,
    seenVersion: row.sealed.accessToken?.version ?? 0,
    forced: true,
    draft: {
      source: 'direct',
      title: 'Direct Access',
      ...owner.requester,
      ...toCredentialFacts(row),
      correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes),
    },
  });
  if (renewal.outcome === 'impossible') {
    throw new AppError('invalid_input', {
      message: `credential ${row.id} lacks what a refresh takes`,
      public: 'A refresh takes a token address, a client id and a refresh token. Connect the credential, or add them.',
    });
  }
  if (renewal.outcome === 'failed') throw renewal.error;
  return toSummary(await readRow(ctx, owner, input.id));
}

function readRow(ctx: Context, { accountId }: OwnerPrincipal, id: string): Promise<CredentialRow> {
  return withAccount(ctx.db, accountId, (tx) => getCredential(tx, accountId, id));
}
