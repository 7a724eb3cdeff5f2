// Switching between the two vaults: from now on secrets belong to the other one, and those that there are begin to move.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { webhooks } from '../base/schema.ts';
import { carryOnMoves } from './webhook-move.ts';
import { findWebhook, isWebhookOf } from './webhook-rows.ts';
import { readWebhookState, type WebhookState } from './webhook-state.ts';

/** Answers at once; the credentials follow. Switching back in the middle turns the move round. */
export async function switchVault(
  ctx: Context,
  owner: OwnerPrincipal,
  { mode }: { mode: 'platform' | 'webhook' },
): Promise<WebhookState> {
  const { accountId } = owner;
  const state = await withAccount(ctx.db, accountId, async (tx) => {
    const row = await findWebhook(tx, accountId, 'for update');
    if (row === undefined || row.sealed.secret === undefined) {
      throw new AppError('conflict', { message: 'no webhook', public: 'No webhook is bound. Bind one first.' });
    }
    if (row.mode !== mode) {
      const moveId = mintUuid(ctx.nowMs(), ctx.randomBytes);
      await tx.update(webhooks).set({ mode, moveId, moveError: null }).where(isWebhookOf(accountId));
      const title = mode === 'webhook' ? 'Vault switched to the webhook' : 'Vault switched to Keytrail';
      await recordChange(tx, ctx, owner, { action: 'move', title, correlationId: moveId });
    }
    return readWebhookState(tx, ctx, accountId);
  });
  carryOnMoves(ctx).catch((error: unknown) => ctx.log.error({ error, accountId }, 'move not begun'));
  return state;
}
