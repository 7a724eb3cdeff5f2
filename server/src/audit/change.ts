// The event that says the vault was changed, written in the transaction that changes it.

import type { AuditEvent, EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { appendIn } from './append.ts';
import { followUp } from './follow-up.ts';

/** What differs from one change to the next. */
export type Change = Pick<EventDraft, 'action' | 'title'> &
  Partial<
    Pick<
      EventDraft,
      | 'outcome'
      | 'source'
      | 'service'
      | 'credentialId'
      | 'credentialLabel'
      | 'fields'
      | 'agentId'
      | 'agentName'
      | 'proxyId'
      | 'proxyName'
      | 'keyId'
      | 'grantId'
      | 'policyIds'
      | 'policyName'
      | 'correlationId'
      | 'approvalId'
      | 'policyIds'
      | 'note'
    >
  >;

/** Records a change made by the owner, and answers its event. Call it last in the transaction: it holds the log's head until commit. */
export async function recordChange(
  tx: Transaction,
  ctx: Context,
  owner: { accountId: string; requester: Pick<EventDraft, 'client' | 'clientName' | 'clientIp' | 'userAgent'> },
  change: Change,
): Promise<AuditEvent> {
  const event = await appendIn(tx, ctx, owner.accountId, {
    type: 'vault_change',
    source: 'direct',
    outcome: 'ok',
    ...owner.requester,
    ...change,
  });
  // Before the commit that the roll-up is to see; if it comes too early, the next stretch takes this one along.
  followUp(ctx, owner.accountId, event);
  return event;
}

/** Records a change and, before it, what it ended along with it; one correlation id ties them together. Answers its own event. */
export async function recordChanges(
  tx: Transaction,
  ctx: Context,
  owner: Parameters<typeof recordChange>[2],
  change: Change,
  along: readonly Change[] = [],
): Promise<AuditEvent> {
  const tie = along.length === 0 ? {} : { correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes) };
  for (const each of along) await recordChange(tx, ctx, owner, { ...each, ...tie });
  return recordChange(tx, ctx, owner, { ...change, ...tie });
}
