// Waiting for the owner's word. The row is the truth and the wait only watches it, so an answer reaches the agent over
// whichever node it asks, after a restart, and after its own connection was lost.

import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent } from '@keytrail/shared/event';
import { listRelated } from '../audit/query.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { toRefusalWords } from './approval-events.ts';
import { expireApproval } from './approval-expiry.ts';
import { type ApprovalAsk, findOrRequest, waitingMax } from './approval-requests.ts';
import { type ApprovalRow, getApproval, isApproval } from './approval-store.ts';

/** A lost notification is made up for after this long; so is a clock that differs from the database's. */
const recheckMs = 3000;
/** Between two looks, however much else happens in the account. */
const pauseMs = 100;

const crowded = 'This agent has asked its owner too often, or for too much at once';

export type ApprovalOutcome =
  /** To be spent with the event of the use. */
  | { readonly outcome: 'approved'; readonly approvalId: string; readonly correlationId: string }
  /** Recorded already; `note` is what the owner said with it, `because` what happened, in words. */
  | {
      readonly outcome: 'denied' | 'expired';
      readonly event: AuditEvent;
      readonly note: string | null;
      readonly because: string;
    }
  /** Refused without asking; not recorded yet. */
  | { readonly outcome: 'crowded'; readonly because: string }
  /** The caller's time is over, or it has gone; the request goes on. */
  | { readonly outcome: 'waiting'; readonly expiresAt: string };

/**
 * Asks the owner, or takes up what they said, and waits for at most `waitMs`. Ends at once when `signal` aborts or the
 * server stops. After an approval the caller decides anew, since what was decided before the wait may no longer hold.
 */
export async function awaitApproval(
  ctx: Context,
  agent: AgentPrincipal,
  ask: ApprovalAsk,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<ApprovalOutcome> {
  const stop = AbortSignal.any([ctx.stopping, ...(signal === undefined ? [] : [signal])]);
  const waitEndsMs = ctx.nowMs() + waitMs;
  // Before the first look, so that an answer given right after it is heard.
  const listener = ctx.wakeups.listen(agent.accountId, stop, `approvals ${agent.agentId}`);
  try {
    let row = await findOrRequest(ctx, agent, ask);
    if (row === null) return { outcome: 'crowded', because: crowded };
    // More than can be new requests only repeat the same ones; those may ask again later.
    const isCrowd = ctx.wakeups.countListeners(agent.accountId, `approvals ${agent.agentId}`) > waitingMax;
    while (row.status === 'waiting') {
      const leftMs = Math.min(waitEndsMs, row.expiresAt.getTime()) - ctx.nowMs();
      if (row.expiresAt.getTime() <= ctx.nowMs()) await expireApproval(ctx, agent.accountId, row.id);
      else if (leftMs <= 0 || isCrowd || stop.aborted)
        return { outcome: 'waiting', expiresAt: row.expiresAt.toISOString() };
      else await listener.wait(Math.min(leftMs, recheckMs), pauseMs);
      row = await readRow(ctx, row);
    }
    return await toOutcome(ctx, row);
  } finally {
    listener.stop();
  }
}

function readRow(ctx: Context, { accountId, id }: ApprovalRow): Promise<ApprovalRow> {
  return withAccount(ctx.db, accountId, (tx) => getApproval(tx, accountId, id));
}

async function toOutcome(ctx: Context, row: ApprovalRow): Promise<ApprovalOutcome> {
  const { accountId, id, correlationId } = row;
  if (row.status === 'approved') return { outcome: 'approved', approvalId: id, correlationId };
  // A refusal reaches the agent once; who asks again after that asks anew.
  await withAccount(ctx.db, accountId, (tx) =>
    tx
      .update(approvals)
      .set({ usedAt: new Date(ctx.nowMs()) })
      .where(isApproval(accountId, id)),
  );
  const tied = await listRelated(ctx.db, accountId, correlationId);
  const event = tied.find(({ type, approvalId }) => type === 'policy_denied' && approvalId === id);
  if (event === undefined) throw new AppError('internal', { message: `refusal of approval ${id} is not in the log` });
  const outcome = row.status === 'denied' ? 'denied' : 'expired';
  return { outcome, event, note: row.note, because: toRefusalWords(row) };
}
