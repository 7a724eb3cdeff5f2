// What an agent may read of itself: only while it is in good standing. That it was refused is in the log first.

import type { EventAction, EventDraft } from '@keytrail/shared/event';
import { type AgentPrincipal, verifyActive } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { deny, toPlainDenial } from './denial.ts';

/** Hands the agent on if it is in good standing. Else its refusal is recorded, and thrown as `verifyActive` says it. */
export async function verifyStanding(
  ctx: Context,
  agent: AgentPrincipal,
  action: EventAction = 'read',
  asked: Pick<EventDraft, 'service' | 'reason'> = {},
): Promise<AgentPrincipal> {
  const rule = agent.keyRevoked ? 'key_revoked' : agent.status === 'active' ? null : 'agent_suspended';
  if (rule === null) return agent;
  const { accountId, agentId, agentName, keyId, requester } = agent;
  const draft = { source: 'agent', title: agentName, agentId, agentName, keyId, ...requester } as const;
  await deny(ctx, accountId, { action, ...draft, ...asked }, toPlainDenial(rule));
  return verifyActive(agent);
}
