// The owner's word on whether refresh tokens of their webhook may pass through Keytrail.

import { AppError } from '@keytrail/shared/errors';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { webhooks } from '../base/schema.ts';
import { findWebhook, isWebhookOf } from './webhook-rows.ts';
import { readWebhookState, type WebhookState } from './webhook-state.ts';

/** Throws `conflict` where no webhook is bound that offers it. Taken back, it holds from the next refresh on. */
export function setMediation(
  ctx: Context,
  owner: OwnerPrincipal,
  { mediated }: { mediated: boolean },
): Promise<WebhookState> {
  const { accountId } = owner;
  return withAccount(ctx.db, accountId, async (tx) => {
    const row = await findWebhook(tx, accountId, 'for update');
    if (row?.sealed.secret === undefined || (mediated && !row.capabilities.includes('mediated-refresh'))) {
      throw new AppError('conflict', {
        message: 'no mediation on offer',
        public: 'Your webhook does not give refresh tokens. Start it with WEBHOOK_MEDIATED=on, and check it.',
      });
    }
    if (row.mediated !== mediated) {
      await tx.update(webhooks).set({ mediated }).where(isWebhookOf(accountId));
      const title = mediated ? 'Tokens renewed by Keytrail' : 'Tokens renewed by the webhook';
      await recordChange(tx, ctx, owner, { action: 'update', title });
    }
    return readWebhookState(tx, ctx, accountId);
  });
}
