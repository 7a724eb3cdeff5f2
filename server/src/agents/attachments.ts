// What a policy binds: attached to agents, proxies and credentials, taken off them, and ended along with them. It holds from
// the next request on, on every node: a use is recorded only under the settings that it was decided by.

import { AppError } from '@keytrail/shared/errors';
import type { PolicySummary, PolicyTarget } from '@keytrail/shared/policy';
import { and, count, eq, inArray, or, type SQL } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agents, credentials, policyAttachments, proxies } from '../base/schema.ts';
import { isOf, selectAttachments, toAttachmentChange } from './attachment-rows.ts';
import { getPolicy, lockPolicy } from './policy-rows.ts';

/**
 * Counted without a lock, so that two attachments at once may come out one above it: an event names 100 policies at
 * most, of which an access meets those of its agent, its proxy and its credential.
 */
const policiesPerTargetMax = 30;

/** Attaches a policy to what is named; where it is attached already, nothing changes. All of it or none. */
export function attachPolicy(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string; targets: readonly PolicyTarget[] },
): Promise<PolicySummary> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    // Before the policy: whoever removes a target holds it while its attachments go.
    await lockTargets(tx, owner.accountId, input.targets);
    await lockPolicy(tx, owner.accountId, input.id);
    const added = await tx
      .insert(policyAttachments)
      .values(input.targets.map((target) => toRow(ctx, owner.accountId, input.id, target)))
      .onConflictDoNothing()
      .returning({ kind: policyAttachments.targetKind, id: policyAttachments.targetId });
    for (const target of added) await verifyRoom(tx, owner.accountId, target);
    const changes = (await selectAttachments(tx, owner.accountId, isOf({ policyId: input.id })))
      .filter(({ target }) => added.some((one) => isSame(one, target)))
      .map((attachment) => toAttachmentChange('attach', attachment));
    const policy = await getPolicy(tx, owner.accountId, input.id);
    await recordAll(tx, ctx, owner, changes);
    return policy;
  });
}

/** Takes a policy off what is named; where it is not attached, nothing changes. */
export function detachPolicy(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string; targets: readonly PolicyTarget[] },
): Promise<PolicySummary> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockPolicy(tx, owner.accountId, input.id);
    const changes = await takeOff(
      tx,
      owner.accountId,
      and(isOf({ policyId: input.id }), or(...input.targets.map(isOf))),
    );
    const policy = await getPolicy(tx, owner.accountId, input.id);
    await recordAll(tx, ctx, owner, changes);
    return policy;
  });
}

/**
 * Ends all attachments of an agent, a credential or a policy, which the caller has locked, and answers what the log is to
 * say of each.
 */
export function endAttachments(
  tx: Transaction,
  accountId: string,
  of: PolicyTarget | { policyId: string },
): Promise<Change[]> {
  return takeOff(tx, accountId, isOf(of));
}

/** Locks in one order whoever asks: a policy and an agent that go at once share attachments. */
async function takeOff(tx: Transaction, accountId: string, which: SQL | undefined): Promise<Change[]> {
  const areMeant = and(eq(policyAttachments.accountId, accountId), which);
  await tx
    .select({ id: policyAttachments.targetId })
    .from(policyAttachments)
    .where(areMeant)
    .orderBy(policyAttachments.targetKind, policyAttachments.targetId, policyAttachments.policyId)
    .for('update');
  const attachments = await selectAttachments(tx, accountId, which);
  await tx.delete(policyAttachments).where(areMeant);
  return attachments.map((attachment) => toAttachmentChange('detach', attachment));
}

/** Against their removal. Agents before credentials, as grants take them, then proxies, and each kind in one order. */
async function lockTargets(tx: Transaction, accountId: string, targets: readonly PolicyTarget[]): Promise<void> {
  const idsOf = (kind: PolicyTarget['kind']) => targets.filter((target) => target.kind === kind).map(({ id }) => id);
  const agentIds = idsOf('agent');
  const found = await tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.accountId, accountId), inArray(agents.id, agentIds)))
    .orderBy(agents.id)
    .for('key share');
  verifyAllFound(agentIds, found, 'agent');
  const credentialIds = idsOf('credential');
  const foundCredentials = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), inArray(credentials.id, credentialIds)))
    .orderBy(credentials.id)
    .for('key share');
  verifyAllFound(credentialIds, foundCredentials, 'credential');
  const proxyIds = idsOf('proxy');
  const foundProxies = await tx
    .select({ id: proxies.id })
    .from(proxies)
    .where(and(eq(proxies.accountId, accountId), inArray(proxies.id, proxyIds)))
    .orderBy(proxies.id)
    .for('key share');
  verifyAllFound(proxyIds, foundProxies, 'proxy');
}

function verifyAllFound(ids: readonly string[], found: readonly { id: string }[], kind: PolicyTarget['kind']): void {
  const missing = ids.find((id) => !found.some((row) => row.id === id));
  if (missing !== undefined) throw new AppError('not_found', { message: `no ${kind} ${missing}` });
}

async function verifyRoom(tx: Transaction, accountId: string, target: PolicyTarget): Promise<void> {
  const [held] = await tx
    .select({ count: count() })
    .from(policyAttachments)
    .where(and(eq(policyAttachments.accountId, accountId), isOf(target)));
  if ((held?.count ?? 0) <= policiesPerTargetMax) return;
  throw new AppError('conflict', {
    message: `more than ${policiesPerTargetMax} policies on ${target.kind} ${target.id}`,
    public: `One ${target.kind} takes ${policiesPerTargetMax} policies at most. Detach one first, or join their rules in one policy.`,
  });
}

/** One correlation id ties together what one call changed. */
async function recordAll(tx: Transaction, ctx: Context, owner: OwnerPrincipal, changes: Change[]): Promise<void> {
  const last = changes.pop();
  if (last !== undefined) await recordChanges(tx, ctx, owner, last, changes);
}

function toRow(ctx: Context, accountId: string, policyId: string, target: PolicyTarget) {
  return {
    accountId,
    targetKind: target.kind,
    targetId: target.id,
    policyId,
    createdAt: new Date(ctx.nowMs()),
  };
}

function isSame(one: PolicyTarget, other: PolicyTarget): boolean {
  return one.kind === other.kind && one.id === other.id;
}
