// The change from one key of an agent to the next: the old one may work on for a while, so that nothing breaks meanwhile.

import type { AgentSummary, RotationInput } from '@keytrail/shared/agent';
import { recordChanges } from '../audit/change.ts';
import { issueKey } from '../auth/agent-keys.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { changeAgent, getAgent, lockAgent, toChange } from './agents.ts';
import { endApprovals } from './approval-end.ts';
import { endKeys, toKeyEnd } from './standing.ts';

/**
 * Gives the agent a new key. The one that it replaces works on for the overlap; any before that stop with this answer,
 * so that at most two work at a time.
 */
export function rotateAgentKey(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, overlapMinutes }: RotationInput,
): Promise<{ agent: AgentSummary; key: string }> {
  return changeAgent(ctx, owner, async (tx) => {
    await lockAgent(tx, owner.accountId, id);
    const { name } = await getAgent(tx, ctx, owner.accountId, id);
    const along = await endKeys(tx, ctx, owner.accountId, { id, name }, 'replaced');
    const { key, keyId, replaced } = await issueKey(tx, ctx, owner.accountId, id, overlapMinutes);
    const agent = await getAgent(tx, ctx, owner.accountId, id);
    if (replaced !== null && overlapMinutes === 0) {
      along.push(toKeyEnd(agent, replaced.keyId));
      along.push(...(await endApprovals(tx, ctx, owner.accountId, { keyIds: [replaced.keyId] })));
    }
    const note = replaced === null ? {} : { note: toRotationNote(replaced, overlapMinutes) };
    return {
      answer: { agent, key },
      along,
      change: { ...toChange('rotate', 'Agent key rotated', agent), keyId, ...note },
    };
  });
}

function toRotationNote({ keyId, endsAt }: { keyId: string; endsAt: Date }, overlapMinutes: number): string {
  if (overlapMinutes === 0) return `In place of key ${keyId}, which no longer works`;
  return `In place of key ${keyId}, which works until ${endsAt.toISOString()}`;
}

/** Ends with this answer whatever keys work beside the newest. Changes and records nothing where there are none. */
export function endOldKeys(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<AgentSummary> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockAgent(tx, owner.accountId, id);
    const { name } = await getAgent(tx, ctx, owner.accountId, id);
    const [change, ...others] = await endKeys(tx, ctx, owner.accountId, { id, name }, 'replaced');
    if (change !== undefined) await recordChanges(tx, ctx, owner, change, others);
    return getAgent(tx, ctx, owner.accountId, id);
  });
}
