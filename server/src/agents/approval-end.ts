// What waits for the owner's word ends with the change that makes it impossible: nobody can be let in any more by an answer
// that comes after it, and whoever waits is told the real reason. Call it in the transaction of that change.

import { and, eq, gt, inArray } from 'drizzle-orm';
import type { Change } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { toEnding } from './approval-events.ts';

/** Whose requests end: those of an agent, by a grant, for a credential, through a proxy, or with these keys of either. */
type Ending =
  | { readonly agentId: string }
  | { readonly grantId: string }
  | { readonly credentialId: string }
  | { readonly proxyId: string }
  | { readonly keyIds: readonly string[] };

/** Ends what waits, and answers what the log is to say of each, under the correlation id that it was asked with. */
export async function endApprovals(
  tx: Transaction,
  ctx: Pick<Context, 'nowMs'>,
  accountId: string,
  ending: Ending,
): Promise<Change[]> {
  const now = new Date(ctx.nowMs());
  const ofAccount = eq(approvals.accountId, accountId);
  // What has run out was refused then, which `expireApproval` records.
  const waits = and(ofAccount, eq(approvals.status, 'waiting'), gt(approvals.expiresAt, now), isOf(ending));
  // In one order: an agent and a credential that go at once share what waits.
  const waiting = await tx
    .select({ id: approvals.id })
    .from(approvals)
    .where(waits)
    .orderBy(approvals.id)
    .for('update');
  if (waiting.length === 0) return [];
  const ids = waiting.map(({ id }) => id);
  const ended = await tx
    .update(approvals)
    .set({ status: 'ended', answeredAt: now })
    .where(and(ofAccount, inArray(approvals.id, ids)))
    .returning();
  return ended.map(toEnding);
}

function isOf(ending: Ending) {
  if ('agentId' in ending) return eq(approvals.agentId, ending.agentId);
  if ('grantId' in ending) return eq(approvals.grantId, ending.grantId);
  if ('credentialId' in ending) return eq(approvals.credentialId, ending.credentialId);
  if ('proxyId' in ending) return eq(approvals.proxyId, ending.proxyId);
  return inArray(approvals.keyId, [...ending.keyIds]);
}
