// What is due by the clock, told account by account.

import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';

/** Works on each account's own in a transaction of its own. One that fails is logged, and keeps no other waiting. */
export async function tellAccounts<Due extends { readonly account_id: string }>(
  ctx: Context,
  due: readonly Due[],
  tell: (tx: Transaction, accountId: string, own: readonly Due[]) => Promise<void>,
): Promise<void> {
  for (const accountId of new Set(due.map(({ account_id }) => account_id))) {
    if (ctx.stopping.aborted) return;
    const own = due.filter(({ account_id }) => account_id === accountId);
    await withAccount(ctx.db, accountId, (tx) => tell(tx, accountId, own)).catch((error: unknown) =>
      ctx.log.warn({ error, accountId }, 'an owner was not told yet of what ends soon'),
    );
  }
}
