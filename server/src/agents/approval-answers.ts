// The owner's answer: the first of several devices decides, the others are told what was decided and from where. And the
// use of an answer: one that is good for one use is spent with the event of that use, or not at all.

import type { ApprovalAnswer, ApprovalSummary } from '@keytrail/shared/approval';
import { clientKindLabels } from '@keytrail/shared/client';
import { AppError } from '@keytrail/shared/errors';
import type { ApprovalNeed } from '@keytrail/shared/judge-policy';
import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { recordAnswer, recordRefusedAccess } from './approval-events.ts';
import { expireApproval } from './approval-expiry.ts';
import { freshMs } from './approval-requests.ts';
import { type ApprovalRow, getApproval, isApproval, isCovering, toSummary } from './approval-store.ts';

export interface GivenAnswer {
  readonly id: string;
  readonly answer: ApprovalAnswer;
  /** What whoever asked is told with it. */
  readonly note?: string | undefined;
}

/** `decided` is false where another device, or the time limit, was faster; the request then says how it ended. */
export async function answerApproval(
  ctx: Context,
  owner: OwnerPrincipal,
  given: GivenAnswer,
): Promise<{ decided: boolean; approval: ApprovalSummary }> {
  const answered = await withAccount(ctx.db, owner.accountId, async (tx) => {
    const asked = await getApproval(tx, owner.accountId, given.id);
    verifyPossible(asked, given);
    const row = await writeAnswer(tx, ctx, owner, asked, given);
    if (row === undefined) return undefined;
    await recordAnswer(tx, ctx, owner, row);
    if (row.status === 'denied') await recordRefusedAccess(tx, ctx, row);
    return row;
  });
  if (answered !== undefined) return { decided: true, approval: toSummary(answered) };
  await expireApproval(ctx, owner.accountId, given.id);
  const row = await withAccount(ctx.db, owner.accountId, (tx) => getApproval(tx, owner.accountId, given.id));
  return { decided: false, approval: toSummary(row) };
}

function verifyPossible(asked: ApprovalRow, { answer }: GivenAnswer): void {
  if (answer !== 'remember' || asked.rememberMinutes > 0) return;
  throw new AppError('invalid_input', {
    message: 'an answer that may not be remembered',
    public: 'The policy asks for every use; approve this one, or deny it.',
  });
}

async function writeAnswer(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  asked: ApprovalRow,
  { answer, note }: GivenAnswer,
): Promise<ApprovalRow | undefined> {
  const now = new Date(ctx.nowMs());
  const holdsUntil = answer === 'remember' ? new Date(now.getTime() + asked.rememberMinutes * 60_000) : null;
  const [row] = await tx
    .update(approvals)
    .set({
      status: answer === 'deny' ? 'denied' : 'approved',
      answer,
      answeredAt: now,
      answeredFrom: toPlace(owner.requester),
      note: note ?? null,
      holdsUntil,
    })
    .where(and(isApproval(owner.accountId, asked.id), eq(approvals.status, 'waiting'), gt(approvals.expiresAt, now)))
    .returning();
  return row;
}

/** A use that an answer is to let through: who asks for it now, and by which grant; null where no agent asks. */
export interface ApprovedUse {
  readonly policies: ApprovalNeed['policies'];
  readonly grantId: string | null;
}

/**
 * Spends an approval in the transaction that records the use. False where it is spent already, no longer holds or does not
 * cover the use as it was decided last: then the use must not happen.
 */
export async function spendApproval(
  tx: Transaction,
  ctx: Pick<Context, 'nowMs'>,
  accountId: string,
  id: string,
  { policies, grantId }: ApprovedUse,
): Promise<boolean> {
  const now = new Date(ctx.nowMs());
  const rows = await tx
    .update(approvals)
    .set({ usedAt: now })
    .where(
      and(
        isApproval(accountId, id),
        isCovering(policies, grantId),
        eq(approvals.status, 'approved'),
        or(
          gt(approvals.holdsUntil, now),
          and(isNull(approvals.usedAt), gt(approvals.answeredAt, new Date(now.getTime() - freshMs))),
        ),
      ),
    )
    .returning({ id: approvals.id });
  return rows.length === 1;
}

/** Where an answer came from, in words such as "Browser, 203.0.113.7". */
export function toPlace({ client, clientIp }: Requester): string {
  return [clientKindLabels[client], ...(clientIp === undefined ? [] : [clientIp])].join(', ');
}
