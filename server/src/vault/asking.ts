// Where a policy asks for the owner's word, an access waits for it, is decided anew after the answer, and is let out as the
// answer is spent: the same way for an agent and for a call through a proxy.

import { askedAdvice } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import type { Asker } from '../agents/approval-asker.ts';
import { type ApprovalOutcome, awaitApproval } from '../agents/approvals.ts';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import { type Denial, type Denied, deny } from './denial.ts';
import type { Judged, Tie } from './judge-call.ts';

/** How long whoever asks will wait where the owner has to be asked. */
export interface Patience {
  /** Absent: for as long as the owner has to answer. */
  readonly waitMs?: number | undefined;
  /** Aborts when whoever asks has gone. */
  readonly signal?: AbortSignal | undefined;
  /** Names of the calls that wait together, by which their client may take them back. */
  readonly callIds?: readonly string[] | undefined;
  /** Called once the owner is asked, with the time until which they may answer. */
  readonly onWait?: ((until: { readonly expiresAt: Date }) => void) | undefined;
}

/** A patience that has begun. */
export interface Waiting extends Omit<Patience, 'waitMs'> {
  readonly endsMs: number;
}

export function toWaiting(ctx: Context, { waitMs, ...patience }: Patience): Waiting {
  return { ...patience, endsMs: ctx.nowMs() + (waitMs ?? Number.POSITIVE_INFINITY) };
}

/** What nothing stands in the way of but, maybe, the owner's word. */
export interface Askable extends Pick<Judged, 'outcome' | 'decision' | 'draft'> {
  /** Null where nothing is injected. */
  readonly row: CredentialRow | null;
  readonly fields: readonly string[];
}

export interface AskingSteps<Allowed extends Askable, Answer> {
  /** Null where the owner asks for themselves. */
  readonly toAsker: (allowed: Allowed) => Asker | null;
  /** Loads and decides as if it had just come. Null where nobody was asked before it became impossible. */
  readonly judgeAnew: (tie: Tie | null) => Promise<Allowed | Denied>;
  /** `tie`: the answer to spend; null where nobody was asked. Null where it cannot be spent on this use. */
  readonly release: (allowed: Allowed, tie: Tie | null) => Promise<Answer | null>;
}

/** Throws `approval_pending` where the owner has not answered within the patience of whoever asks. */
export async function releaseAsking<Allowed extends Askable, Answer>(
  ctx: Context,
  first: Allowed,
  steps: AskingSteps<Allowed, Answer>,
  { endsMs, signal, ...waiting }: Waiting,
): Promise<Answer | Denied> {
  let allowed = first;
  let tie: Tie | null = null;
  for (;;) {
    const need = allowed.decision.approval;
    const asker = need === null ? null : steps.toAsker(allowed);
    if (need !== null && asker !== null) {
      const { row: credential, fields } = allowed;
      const ask = { asker, need, credential, fields };
      const answer = await awaitApproval(ctx, ask, { ...waiting, waitMs: endsMs - ctx.nowMs(), signal });
      if (answer.outcome !== 'approved' && answer.outcome !== 'ended')
        return toRefused(ctx, asker.by.accountId, allowed, answer);
      // Nobody is there to get it: an answer is kept for who asks again.
      if (signal?.aborted) throw toPending();
      tie = answer.outcome === 'ended' ? answer.tie : toTie(answer, first);
      // What was decided before the wait may no longer hold, from the key's standing on.
      const anew = await steps.judgeAnew(tie);
      if (isDenied(anew)) return anew;
      // What the same words mean now may be more than the owner was shown, or what they were never asked.
      const isSame = answer.outcome === 'approved' && isSameAccess(allowed, anew);
      allowed = anew;
      if (!isSame) {
        tie = null;
        continue;
      }
    }
    const released = await steps.release(allowed, tie);
    if (released !== null) return released;
    // Another request like it was faster and has spent the answer, or more asks by now: the owner is asked again.
  }
}

/** What uses an answer for longer after the first time has a tie of its own to its result, if there is one. */
function toTie(
  { approvalId, correlationId, isFirstUse }: Extract<ApprovalOutcome, { outcome: 'approved' }>,
  { draft }: Askable,
): Tie {
  return { approvalId, correlationId: isFirstUse ? correlationId : (draft.correlationId ?? correlationId) };
}

function isDenied(judged: Askable | Denied): judged is Denied {
  return judged.outcome === 'denied';
}

function isSameAccess(one: Askable, other: Askable): boolean {
  const toWords = ({ row, fields, draft }: Askable) => [row?.id, draft.upstreamHost, ...[...fields].sort()].join('\n');
  return toWords(one) === toWords(other);
}

function toPending(): AppError {
  return new AppError('approval_pending', { message: 'still waiting for the owner' });
}

/** What whoever asked gets where the owner did not approve. */
async function toRefused(
  ctx: Context,
  accountId: string,
  { decision, draft }: Askable,
  answer: Exclude<ApprovalOutcome, { outcome: 'approved' | 'ended' }>,
): Promise<Denied> {
  if (answer.outcome === 'waiting') throw toPending();
  const { because } = answer;
  if (answer.outcome !== 'crowded') {
    const refused = { outcome: 'denied', rule: 'approval', retryAt: null, note: answer.note, because } as const;
    const advice = answer.outcome === 'denied' ? { advice: askedAdvice.denied } : {};
    return { ...refused, ...advice, event: answer.event };
  }
  const [asking] = decision.approval?.policies ?? [];
  const by = { policyId: asking?.id ?? null, policyName: asking?.name ?? null };
  const denial: Denial = { ...by, rule: 'approval', policyIds: decision.policyIds, observed: decision.observed };
  return { ...(await deny(ctx, accountId, { ...draft, note: because }, denial)), because, advice: askedAdvice.crowded };
}
