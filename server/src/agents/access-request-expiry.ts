// What nobody answered within a day counts as refused, whoever notices first. The one that moves the row writes the
// event, so there is exactly one.

import { and, eq, lte, sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { accessRequests } from '../base/schema.ts';
import { recordRefused } from './access-request-events.ts';
import { isAccessRequest } from './access-request-store.ts';

const dueAtOnce = 200;

interface Due extends Record<string, unknown> {
  readonly account_id: string;
  readonly id: string;
}

/** Ends one request if its time is over and it still waits. */
export async function expireAccessRequest(ctx: Context, accountId: string, id: string): Promise<void> {
  await withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx
      .update(accessRequests)
      // Its time was over at `expiresAt`, however late that is noticed.
      .set({ status: 'expired', answeredAt: sql`${accessRequests.expiresAt}` })
      .where(
        and(
          isAccessRequest(accountId, id),
          eq(accessRequests.status, 'waiting'),
          lte(accessRequests.expiresAt, new Date(ctx.nowMs())),
        ),
      )
      .returning();
    if (row !== undefined) await recordRefused(tx, ctx, row);
  });
}

/** Ends all of every account that are over. Safe on several nodes at once. */
export async function expireDueAccessRequests(ctx: Context): Promise<void> {
  for (;;) {
    const due = await ctx.db.drizzle.execute<Due>(
      sql`select account_id, id from due_access_requests(${new Date(ctx.nowMs()).toISOString()}::timestamptz, ${dueAtOnce})`,
    );
    for (const { account_id, id } of due) {
      if (ctx.stopping.aborted) return;
      await expireAccessRequest(ctx, account_id, id);
    }
    if (due.length < dueAtOnce) return;
  }
}
