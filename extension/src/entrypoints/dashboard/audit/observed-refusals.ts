// Which policies only observed an access and would have refused it, each with its rule.

import type { AuditEvent, DenialRule } from '@keytrail/shared/event';

export interface ObservedRefusal {
  readonly policyId: string;
  /** Absent where the event does not say. */
  readonly rule: DenialRule | undefined;
}

/** An event keeps them as two lists in the same order. */
export function toObservedRefusals({ observedPolicyIds = [], observedRules = [] }: AuditEvent): ObservedRefusal[] {
  return observedPolicyIds.map((policyId, at) => ({ policyId, rule: observedRules[at] }));
}
