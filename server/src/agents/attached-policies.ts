// The policies that bind a request: loaded for it, or kept with the version of the account's settings. Either way an
// attachment, an edit or a switch holds from the next request on, on every node.

import type { AttachedPolicy } from '@keytrail/shared/judge-policy';
import type { PolicyTarget } from '@keytrail/shared/policy';
import { and, eq, ne, type SQL } from 'drizzle-orm';
import type { Transaction } from '../base/db.ts';
import { policies, policyAttachments } from '../base/schema.ts';
import { readRules } from './policy-rows.ts';

/** One attachment of a policy that is not disabled. */
export interface Attached {
  readonly target: PolicyTarget;
  readonly policy: AttachedPolicy;
}

/** What the condition on `policy_attachments` admits. A policy comes once for each of its attachments. */
export async function selectAttached(tx: Transaction, accountId: string, which: SQL | undefined): Promise<Attached[]> {
  const rows = await tx
    .select({
      kind: policyAttachments.targetKind,
      targetId: policyAttachments.targetId,
      id: policies.id,
      name: policies.name,
      mode: policies.mode,
      rules: policies.rules,
    })
    .from(policyAttachments)
    .innerJoin(
      policies,
      and(eq(policies.accountId, policyAttachments.accountId), eq(policies.id, policyAttachments.policyId)),
    )
    .where(and(eq(policyAttachments.accountId, accountId), ne(policies.mode, 'disabled'), which));
  return rows.map(({ kind, targetId, id, name, mode, rules }) => ({
    target: { kind, id: targetId },
    policy: { id, name, mode: mode === 'observe' ? 'observe' : 'enabled', rules: readRules(rules) },
  }));
}

/** Each policy once, however often it is attached; of these targets only, where they are named. */
export function toBinding(attached: readonly Attached[], targetIds?: readonly string[]): AttachedPolicy[] {
  const binding = attached.filter(({ target }) => targetIds?.includes(target.id) ?? true);
  return [...new Map(binding.map(({ policy }) => [policy.id, policy])).values()];
}
