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
import { toRefreshWay } from './refresh-way.ts';
import { checkWebhook } from './webhook-check.ts';
import { isHeldByWebhook } from './webhook-held.ts';
import { getWebhookLink } from './webhook-rows.ts';

/** Refreshes it now, whether it is due or not. Throws where it cannot be, or where the provider did not. */
export async function refreshNow(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string },
): Promise<CredentialSummary> {
  const row = await readRow(ctx, owner, input.id);
  if (isHeldByWebhook(row)) await verifyRenewed(ctx, owner);
  const renewal = await refreshToken(ctx, {
    accountId: owner.accountId,
    credentialId: row.id,
    seenVersion: row.sealed.accessToken?.version ?? 0,
    forced: true,
    reason: 'owner_asked',
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

/** Throws `conflict` where nobody renews what the owner's webhook holds. It may have been started anew: it is asked before that is said. */
async function verifyRenewed(ctx: Context, { accountId }: OwnerPrincipal): Promise<void> {
  const link = await getWebhookLink(ctx, accountId);
  if (toRefreshWay(link.row) !== null) return;
  await checkWebhook(ctx, link);
  const { row } = await getWebhookLink(ctx, accountId);
  if (toRefreshWay(row) !== null) return;
  throw new AppError('conflict', {
    message: 'the webhook renews no tokens',
    public:
      'Your webhook holds this token and does not renew any. Start it with WEBHOOK_PROVIDERS for that, or renew the token there and edit the credential.',
  });
}

function readRow(ctx: Context, { accountId }: OwnerPrincipal, id: string): Promise<CredentialRow> {
  return withAccount(ctx.db, accountId, (tx) => getCredential(tx, accountId, id));
}
