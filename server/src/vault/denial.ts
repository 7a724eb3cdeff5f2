// A refusal: recorded with its rule, the policy behind it and when to try again, before anybody is told.

import type { Decision } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, DenialRule, EventDraft } from '@keytrail/shared/event';
import type { Finding } from '@keytrail/shared/judge-policy';
import { recordDenial } from '../audit/record-denial.ts';
import type { Context } from '../base/context.ts';
import { toPolicyFacts } from './use-event.ts';

export interface Denied {
  readonly outcome: 'denied';
  readonly rule: DenialRule;
  readonly retryAt: string | null;
  /** What the owner said with a refusal. */
  readonly note: string | null;
  /** What happened, where the rule's own words do not say it. */
  readonly because?: string;
  /** What to do next, where it is not what the rule says. */
  readonly advice?: string;
  /** Null where it is one of a flood, which is counted and recorded as one event. */
  readonly event: AuditEvent | null;
}

/** Why an access is refused; by whose policy is for the log only, the requester learns the rule and the time. */
export interface Denial extends Pick<Decision, 'policyIds' | 'observed'> {
  readonly rule: DenialRule;
  readonly policyId: string | null;
  readonly policyName: string | null;
  readonly retryAtMs?: number;
}

/** A refusal that no policy is behind. */
export function toPlainDenial(rule: DenialRule): Denial {
  return { rule, policyId: null, policyName: null, policyIds: [], observed: [] };
}

/** A refusal by what one policy found, beside what else was evaluated. */
export function toDenial(
  evaluated: Pick<Decision, 'policyIds'>,
  finding: Finding,
  observed: readonly Finding[],
): Denial {
  return { ...finding, policyIds: evaluated.policyIds, observed };
}

/** Refuses who was removed while they waited: their keys ended with them, which is recorded. Throws `unauthorized`. */
export async function denyRemoved(
  ctx: Context,
  accountId: string,
  draft: Omit<EventDraft, 'type' | 'outcome'>,
): Promise<never> {
  await deny(ctx, accountId, draft, toPlainDenial('key_revoked'));
  throw new AppError('unauthorized', { message: `${draft.title} was removed while it waited` });
}

/** Records the refusal of what the draft describes. */
export async function deny(
  ctx: Context,
  accountId: string,
  draft: Omit<EventDraft, 'type' | 'outcome'>,
  denial: Denial,
): Promise<Denied> {
  const retryAt = denial.retryAtMs === undefined ? null : new Date(denial.retryAtMs).toISOString();
  const refused: EventDraft = {
    ...draft,
    ...toPolicyFacts(denial),
    type: 'policy_denied',
    outcome: 'denied',
    rule: denial.rule,
    ...(denial.policyId === null ? {} : { decidingPolicyId: denial.policyId }),
    ...(denial.policyName === null ? {} : { policyName: denial.policyName }),
    ...(retryAt === null ? {} : { retryAt }),
  };
  const event = await recordDenial(ctx, accountId, refused);
  return { outcome: 'denied', rule: denial.rule, retryAt, note: null, event };
}
