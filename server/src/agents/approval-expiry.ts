// What nobody answered in time counts as refused, whoever notices first: the request that waits, an answer that comes too
// late, or the job that every node runs. The one that moves the row writes the event, so there is exactly one.

import { and, eq, lte, sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { recordRefusedAccess } from './approval-events.ts';
import { isApproval } from './approval-store.ts';

const dueAtOnce = 200;

interface Due extends Record<string, unknown> {
  readonly account_id: string;
  readonly id: string;
}

/** Ends one request if its time is over and it still waits. */
export async function expireApproval(ctx: Context, accountId: string, id: string): Promise<void> {
  await withAccount(ctx.db, accountId, async (tx) => {
    const now = new Date(ctx.nowMs());
    const [row] = await tx
      .update(approvals)
      // Its time was over at `expiresAt`, however late that is noticed.
      .set({ status: 'expired', answeredAt: sql`${approvals.expiresAt}` })
      .where(and(isApproval(accountId, id), eq(approvals.status, 'waiting'), lte(approvals.expiresAt, now)))
      .returning();
    if (row !== undefined) await recordRefusedAccess(tx, ctx, row);
  });
}

/** Ends all of every account that are over. Safe on several nodes at once, and after a node that died waiting. */
export async function expireDueApprovals(ctx: Context): Promise<void> {
  for (;;) {
    const due = await ctx.db.drizzle.execute<Due>(
      sql`select account_id, id from due_approvals(${new Date(ctx.nowMs()).toISOString()}::timestamptz, ${dueAtOnce})`,
    );
    for (const { account_id, id } of due) {
      if (ctx.stopping.aborted) return;
      await expireApproval(ctx, account_id, id);
    }
    if (due.length < dueAtOnce) return;
  }
}
