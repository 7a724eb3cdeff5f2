// An access waits for the owner's word, and what becomes of it.

import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent } from '@keytrail/shared/event';
import { listRelated } from '../audit/query.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { toAskerId } from './approval-asker.ts';
import { toRefusalWords } from './approval-events.ts';
import { expireApproval } from './approval-expiry.ts';
import { isGivenUp } from './approval-given-up.ts';
import { type ApprovalAsk, findOrRequest, type Unasked, waitingMax } from './approval-requests.ts';
import { type ApprovalRow, getApproval, isApproval } from './approval-store.ts';
import { awaitSettled } from './await-settled.ts';

const crowded = {
  agent: 'This agent has asked its owner too often, or for too much at once',
  proxy: 'The owner was asked too often about calls through this proxy, or about too many at once',
};

export type ApprovalOutcome =
  /** To be spent with the event of the use. */
  | {
      readonly outcome: 'approved';
      readonly approvalId: string;
      readonly correlationId: string;
      /** False where the answer holds for longer and was used before. */
      readonly isFirstUse: boolean;
    }
  /** Recorded already; `note` is what the owner said with it, `because` what happened, in words. */
  | {
      readonly outcome: 'denied' | 'expired';
      readonly event: AuditEvent;
      readonly note: string | null;
      readonly because: string;
    }
  /**
   * What was asked for has become impossible, in the log under the tie of the request; null where that came before it could
   * be asked. To be decided anew.
   */
  | { readonly outcome: 'ended'; readonly tie: { readonly approvalId: string; readonly correlationId: string } | null }
  /** Refused without asking; not recorded yet. */
  | { readonly outcome: 'crowded'; readonly because: string }
  /** The caller's time is over, or it has gone; the request goes on. */
  | { readonly outcome: 'waiting'; readonly expiresAt: string };

export interface ApprovalWait {
  readonly waitMs: number;
  /** Aborts when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
  /** Names of the calls that wait by this: once all were given up, nobody waits any more. */
  readonly callIds?: readonly string[] | undefined;
  /** Called where the owner has not answered yet. */
  readonly onWait?: ((row: Pick<ApprovalRow, 'expiresAt'>) => void) | undefined;
}

/**
 * Asks the owner, or takes up what they said, and waits for at most `waitMs`. Ends at once when `signal` aborts or the
 * server stops. After an approval the caller decides anew, since what was decided before the wait may no longer hold.
 */
export async function awaitApproval(
  ctx: Context,
  ask: ApprovalAsk,
  { waitMs, signal, callIds = [], onWait }: ApprovalWait,
): Promise<ApprovalOutcome> {
  const { kind, by } = ask.asker;
  const sinceMs = ctx.nowMs();
  const givenUp = new AbortController();
  const row = await awaitSettled<ApprovalRow, Unasked>(ctx, {
    accountId: by.accountId,
    purpose: `approvals ${toAskerId(ask.asker)}`,
    waitersMax: waitingMax,
    waitMs,
    signal: AbortSignal.any([givenUp.signal, ...(signal === undefined ? [] : [signal])]),
    find: async () => {
      const found = await findOrRequest(ctx, ask);
      if (typeof found !== 'string' && found.status === 'waiting') onWait?.(found);
      return found;
    },
    read: async (known) => {
      const read = await readRow(ctx, known);
      if (isGivenUp(read, callIds, sinceMs)) givenUp.abort();
      return read;
    },
    expire: ({ id }) => expireApproval(ctx, by.accountId, id),
  });
  if (row === 'crowded') return { outcome: 'crowded', because: crowded[kind] };
  if (row === 'impossible') return { outcome: 'ended', tie: null };
  if (row.status === 'waiting' || givenUp.signal.aborted) {
    return { outcome: 'waiting', expiresAt: row.expiresAt.toISOString() };
  }
  return toOutcome(ctx, row);
}

function readRow(ctx: Context, { accountId, id }: ApprovalRow): Promise<ApprovalRow> {
  return withAccount(ctx.db, accountId, (tx) => getApproval(tx, accountId, id));
}

async function toOutcome(ctx: Context, row: ApprovalRow): Promise<ApprovalOutcome> {
  const { accountId, id, correlationId } = row;
  if (row.status === 'approved') {
    return { outcome: 'approved', approvalId: id, correlationId, isFirstUse: row.usedAt === null };
  }
  if (row.status === 'ended') return { outcome: 'ended', tie: { approvalId: id, correlationId } };
  // A refusal reaches who asked once; who asks again after that asks anew.
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
