// The event of a use, recorded if and only if everything that counts the use has room for it.

import type { Decision } from '@keytrail/shared/decide';
import type { AuditEvent, EventDraft } from '@keytrail/shared/event';
import { toGrantKey } from '@keytrail/shared/judge';
import type { Counter, Finding } from '@keytrail/shared/judge-policy';
import { append, appendAsOf, type CountedAppend } from '../audit/append.ts';
import type { Context, Outdated, UseCount } from '../base/context.ts';

export type Recorded =
  | { readonly outcome: 'recorded'; readonly event: AuditEvent }
  | { readonly outcome: 'refused'; readonly finding: Finding; readonly observed: readonly Finding[] };

/** Takes the event of a use into the log. */
type Write<Answer> = (draft: EventDraft, counts: readonly UseCount[]) => Promise<Answer>;

/**
 * Records a use that was allowed. A full counter of an observing policy is noted in the event and counts no use, as if it
 * had refused; a full one that is enforced is answered, and nothing is written.
 * @param draft without what the policies have to say; `grantId` where a grant speaks for the use.
 * @param write by default a transaction of its own, shared with others of the same moment.
 */
export async function recordUse(
  ctx: Context,
  accountId: string,
  draft: EventDraft,
  allowed: Extract<Decision, { allowed: true }>,
  write: Write<CountedAppend> = (event, counts) => append(ctx, accountId, event, counts),
): Promise<Recorded> {
  const recorded = await record(draft, allowed, write);
  if (recorded.outcome === 'outdated') throw new Error('a use that goes by no version was outdated');
  return recorded;
}

/** The same for a use that was decided by what had been loaded before; where that holds no more, nothing is written. */
export function recordUseAsOf(
  ctx: Context,
  accountId: string,
  draft: EventDraft,
  allowed: Extract<Decision, { allowed: true }>,
  settingsVersion: string,
): Promise<Recorded | Outdated> {
  return record(draft, allowed, (event, counts) => appendAsOf(ctx, accountId, event, { counts, settingsVersion }));
}

async function record(
  draft: EventDraft,
  allowed: Extract<Decision, { allowed: true }>,
  write: Write<CountedAppend | Outdated>,
): Promise<Recorded | Outdated> {
  let counters = [...allowed.counters].sort(byPatience);
  let observed = allowed.observed;
  for (;;) {
    const answer = await write({ ...draft, ...toPolicyFacts({ ...allowed, observed }) }, [
      ...(draft.grantId === undefined ? [] : [{ key: toGrantKey(draft.grantId), usesMax: null, windowMs: null }]),
      ...counters,
    ]);
    if (answer.outcome === 'outdated') return answer;
    if (answer.outcome === 'recorded') return { outcome: 'recorded', event: answer.event };
    const full = counters[answer.counter - (draft.grantId === undefined ? 0 : 1)];
    if (full === undefined) throw new Error(`a counter without limit refused at place ${answer.counter}`);
    const finding = toFinding(full, answer.retryAtMs);
    if (!full.observes) return { outcome: 'refused', finding, observed };
    counters = counters.filter(({ policyId }) => policyId !== full.policyId);
    observed = [...observed.filter(({ policyId }) => policyId !== full.policyId), finding];
  }
}

/** What an event says of the policies that were evaluated. */
export function toPolicyFacts(
  decision: Pick<Decision, 'policyIds' | 'observed'>,
): Pick<EventDraft, 'policyIds' | 'observedPolicyIds' | 'observedRules'> {
  const { policyIds, observed } = decision;
  if (policyIds.length === 0) return {};
  if (observed.length === 0) return { policyIds: [...policyIds] };
  return {
    policyIds: [...policyIds],
    observedPolicyIds: observed.map(({ policyId }) => policyId),
    observedRules: observed.map(({ rule }) => rule),
  };
}

/**
 * What only observes comes first, so that a refusal is noted whether another refuses or not; then what has room again
 * last, so that the time named is the end of the refusal as often as can be known.
 */
function byPatience(one: Counter, other: Counter): number {
  if (one.observes !== other.observes) return one.observes ? -1 : 1;
  const [first, second] = [one.windowMs ?? Number.POSITIVE_INFINITY, other.windowMs ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first > second ? -1 : 1;
  return one.policyId < other.policyId ? -1 : 1;
}

function toFinding({ policyId, policyName, rule }: Counter, retryAtMs: number | null): Finding {
  return { policyId, policyName, rule, ...(retryAtMs === null ? {} : { retryAtMs }) };
}
