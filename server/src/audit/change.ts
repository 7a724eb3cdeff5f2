// The event that says the vault was changed, written in the transaction that changes it.

import type { AuditEvent, EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { appendIn, appendManyIn } from './append.ts';

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
      | 'tool'
      | 'upstreamHost'
      | 'keyId'
      | 'grantId'
      | 'policyIds'
      | 'policyName'
      | 'correlationId'
      | 'approvalId'
      | 'note'
    >
  >;

interface Owner {
  readonly accountId: string;
  readonly requester: Pick<EventDraft, 'client' | 'clientName' | 'clientIp' | 'userAgent'>;
}

/** Records a change made by the owner, and answers its event. Call it last in the transaction: it holds the log's head until commit. */
export function recordChange(tx: Transaction, ctx: Context, owner: Owner, change: Change): Promise<AuditEvent> {
  return appendIn(tx, ctx, owner.accountId, toDraft(owner, change));
}

/** The same for many changes at once, in their order. */
export function recordAllChanges(
  tx: Transaction,
  ctx: Context,
  owner: Owner,
  changes: readonly Change[],
): Promise<AuditEvent[]> {
  const drafts = changes.map((change) => toDraft(owner, change));
  return appendManyIn(tx, ctx, owner.accountId, drafts);
}

/**
 * Records a change and, before it, what it ended along with it; one correlation id ties them together, but for what is tied to
 * its own beginning already. Answers its own event.
 */
export async function recordChanges(
  tx: Transaction,
  ctx: Context,
  owner: Owner,
  change: Change,
  along: readonly Change[] = [],
): Promise<AuditEvent> {
  const isTied = along.every(({ correlationId }) => correlationId !== undefined);
  const tie = isTied ? {} : { correlationId: change.correlationId ?? mintUuid(ctx.nowMs(), ctx.randomBytes) };
  const ended = along.map((each) => ({ ...tie, ...each }));
  await recordAllChanges(tx, ctx, owner, ended);
  return recordChange(tx, ctx, owner, { ...change, ...tie });
}

function toDraft({ requester }: Owner, change: Change): EventDraft {
  return { type: 'vault_change', source: 'direct', outcome: 'ok', ...requester, ...change };
}
