// Records the refusals and failures that a flood left counted aside. Safe on several nodes at once: whoever takes a
// count away records it in the same transaction.

import type { EventDraft } from '@keytrail/shared/event';
import { toOneLine } from '@keytrail/shared/text';
import { and, eq, lt } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { denialFolds } from '../base/schema.ts';
import { appendIn } from './append.ts';

/** So long alike refusals are gathered from the first one on. */
const gatherMs = 60_000;

type Fold = typeof denialFolds.$inferSelect;

/** Records every count that was begun at least a minute ago as one event. Accounts do not wait for each other's failures. */
export async function flushDenialFolds(ctx: Context): Promise<void> {
  const before = new Date(ctx.nowMs() - gatherMs);
  const rows = await ctx.db.raw<{ id: string }[]>`select id from accounts_with_denial_folds(${before}) id`;
  for (const { id } of rows) {
    await flushAccount(ctx, id, before).catch((error: unknown) =>
      ctx.log.warn({ error, accountId: id }, 'counted refusals not recorded yet'),
    );
  }
}

async function flushAccount(ctx: Context, accountId: string, before: Date): Promise<void> {
  const areDue = and(eq(denialFolds.accountId, accountId), lt(denialFolds.firstAt, before));
  const due = await withAccount(ctx.db, accountId, (tx) =>
    tx.select({ fold: denialFolds.fold }).from(denialFolds).where(areDue).orderBy(denialFolds.firstAt),
  );
  for (const { fold } of due) {
    await withAccount(ctx.db, accountId, async (tx) => {
      const [taken] = await tx
        .delete(denialFolds)
        .where(and(areDue, eq(denialFolds.fold, fold)))
        .returning();
      if (taken !== undefined) await appendIn(tx, ctx, accountId, toDraft(taken));
    });
  }
}

function toDraft({ draft, count, firstAt, lastAt }: Fold): EventDraft {
  const [from, to] = [toTime(firstAt), toTime(lastAt)];
  const what = draft.outcome === 'denied' ? 'Refused' : 'Failed';
  const when = count === 1 ? `${what} at ${from} UTC, in a flood` : `${what} ${count} times from ${from} to ${to} UTC`;
  const note = toOneLine(draft.note === undefined ? when : `${when}: ${draft.note}`, 500);
  return { ...draft, note, ...(count === 1 ? {} : { count }) };
}

function toTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}
