// The use of something that the owner approved: their answer is spent, the use counted and recorded in one transaction.

import type { Decision } from '@keytrail/shared/decide';
import type { EventDraft } from '@keytrail/shared/event';
import { spendApproval } from '../agents/approval-answers.ts';
import { appendIn } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { type Recorded, recordUse } from './use-event.ts';

/** Carries an outcome out of a transaction that must not stand. */
class Undone extends Error {
  readonly recorded: Recorded;

  constructor(recorded: Recorded) {
    super('a counter had no room');
    this.recorded = recorded;
  }
}

/** As `recordUse`; null where the answer is spent already, no longer holds or does not cover this use, and nothing was written. */
export async function recordApprovedUse(
  ctx: Context,
  accountId: string,
  approvalId: string,
  draft: EventDraft,
  allowed: Extract<Decision, { allowed: true }>,
): Promise<Recorded | null> {
  const use = { policies: allowed.approval?.policies ?? [], grantId: draft.grantId ?? null };
  try {
    return await withAccount(ctx.db, accountId, async (tx) => {
      if (!(await spendApproval(tx, ctx, accountId, approvalId, use))) return null;
      const recorded = await recordUse(ctx, accountId, draft, allowed, (event, counts) =>
        appendIn(tx, ctx, accountId, event, counts),
      );
      if (recorded.outcome === 'refused') throw new Undone(recorded);
      return recorded;
    });
  } catch (error) {
    if (error instanceof Undone) return error.recorded;
    throw error;
  }
}
