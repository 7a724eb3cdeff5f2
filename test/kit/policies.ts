// Policies of a test: one rule or more under a name, attached to what is named.

import type { PolicyMode, PolicyTarget, Rule } from '@keytrail/shared/policy';
import type { Client } from './client.ts';

let policies = 0;

export async function createPolicy(
  owner: { client: Client },
  rules: readonly Rule[],
  targets: readonly PolicyTarget[] = [],
  mode: PolicyMode = 'enabled',
) {
  const name = `policy ${++policies}`;
  const policy = await owner.client.policies.create.mutate({ name, mode, rules: toInput(rules) });
  if (targets.length === 0) return policy;
  return owner.client.policies.attach.mutate({ id: policy.id, targets: [...targets] });
}

type RuleInput = Parameters<Client['policies']['create']['mutate']>[0]['rules'];

/** Rules as the API takes them: nothing of theirs is read-only there. */
function toInput(rules: readonly Rule[]): RuleInput {
  return JSON.parse(JSON.stringify(rules));
}
