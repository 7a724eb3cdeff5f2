// An agent that must ask its owner, and what the owner sees of that.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { expect } from 'vitest';
import type { Client } from './client.ts';
import { createGrantedAgent } from './vault.ts';

interface Owner {
  readonly client: Client;
}

type Rules = Parameters<Client['policies']['create']['mutate']>[0]['rules'];

/** A granted agent under a policy that asks, beside other rules. */
export async function createAskingAgent(
  owner: Owner,
  url: string,
  rule: { withinSeconds?: number; rememberMinutes?: number } = {},
  others: Rules = [],
) {
  const furniture = await createGrantedAgent(owner, url);
  const ask: Rules[number] = { type: 'approval', withinSeconds: 60, rememberMinutes: 0, ...rule };
  const policy = await owner.client.policies.create.mutate({ name: 'Ask me first', rules: [ask, ...others] });
  await owner.client.policies.attach.mutate({
    id: policy.id,
    targets: [{ kind: 'agent', id: furniture.agent.id }],
  });
  return { ...furniture, policy };
}

/** The one request that waits, as soon as there is one. */
export async function waitForApproval(owner: Owner): Promise<ApprovalSummary> {
  const waiting = async () =>
    (await owner.client.inbox.get.query()).approvals.filter(({ status }) => status === 'waiting');
  await expect.poll(async () => (await waiting()).length, { interval: 20 }).toBe(1);
  const [approval] = await waiting();
  if (approval === undefined) throw new Error('polled for');
  return approval;
}
