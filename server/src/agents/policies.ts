// Policies: written, switched and removed by their owner; each change is an event in its transaction.

import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { PolicyInput, PolicyMode, PolicySummary } from '@keytrail/shared/policy';
import { count, eq } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { findCode, type Transaction, withAccount } from '../base/db.ts';
import { policies } from '../base/schema.ts';
import { endAttachments } from './attachments.ts';
import { getPolicy, isPolicy, lockPolicy, type PolicyRow, selectPolicies } from './policy-rows.ts';

const policiesMax = 200;

/** By name. */
export function listPolicies(ctx: Context, owner: OwnerPrincipal): Promise<PolicySummary[]> {
  return withAccount(ctx.db, owner.accountId, (tx) => selectPolicies(tx, owner.accountId));
}

export function createPolicy(ctx: Context, owner: OwnerPrincipal, input: PolicyInput): Promise<PolicySummary> {
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const now = new Date(ctx.nowMs());
  return changePolicy(ctx, owner, id, async (tx) => {
    await verifyRoom(tx, owner.accountId);
    await tx.insert(policies).values({
      accountId: owner.accountId,
      id,
      name: input.name,
      description: input.description,
      mode: input.mode,
      rules: [...input.rules],
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    return { action: 'create', title: 'Policy created' };
  });
}

/** Writes a policy anew, provided it is still at the version that the owner saw. */
export function updatePolicy(
  ctx: Context,
  owner: OwnerPrincipal,
  input: PolicyInput & { id: string; version: number },
): Promise<PolicySummary> {
  return changePolicy(ctx, owner, input.id, async (tx) => {
    const old = await lockPolicy(tx, owner.accountId, input.id);
    if (old.version !== input.version) {
      throw new AppError('conflict', { message: `policy ${input.id} is at ${old.version}, not ${input.version}` });
    }
    const { name, description, mode, rules } = input;
    const fields = toChanged(old, input);
    if (fields.length === 0) return null;
    await store(tx, ctx, old, { name, description, mode, rules: [...rules] });
    return { action: 'update', title: 'Policy changed', fields };
  });
}

/** Switches a policy. One that is in this mode already stays as it is. */
export async function setPolicyMode(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string; mode: PolicyMode },
): Promise<PolicySummary> {
  return changePolicy(ctx, owner, input.id, async (tx) => {
    const old = await lockPolicy(tx, owner.accountId, input.id);
    if (old.mode === input.mode) return null;
    await store(tx, ctx, old, { mode: input.mode });
    return { action: 'update', title: modeTitles[input.mode], fields: ['mode'] };
  });
}

const modeTitles: Record<PolicyMode, string> = {
  enabled: 'Policy enabled',
  observe: 'Policy only observes',
  disabled: 'Policy disabled',
};

/** Removes a policy; the log names everything that it was attached to. Its events stay, under the name it had. */
export async function removePolicy(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string },
): Promise<{ id: string }> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const { id, name } = await lockPolicy(tx, owner.accountId, input.id);
    const along = await endAttachments(tx, owner.accountId, { policyId: id });
    await tx.delete(policies).where(isPolicy(owner.accountId, id));
    const change: Change = { action: 'delete', title: 'Policy removed', policyIds: [id], policyName: name };
    await recordChanges(tx, ctx, owner, change, along);
    return { id };
  });
}

/** Runs a change and records what it answers; null where nothing had to change. */
async function changePolicy(
  ctx: Context,
  owner: OwnerPrincipal,
  id: string,
  work: (tx: Transaction) => Promise<Change | null>,
): Promise<PolicySummary> {
  try {
    return await withAccount(ctx.db, owner.accountId, async (tx) => {
      const change = await work(tx);
      const policy = await getPolicy(tx, owner.accountId, id);
      if (change !== null) {
        await recordChanges(tx, ctx, owner, { ...change, policyIds: [id], policyName: policy.name });
      }
      return policy;
    });
  } catch (error) {
    if (findCode(error) !== '23505') throw error;
    throw new AppError('conflict', {
      message: 'policy name taken',
      public: 'A policy of this name exists already; choose another name.',
      cause: error,
    });
  }
}

async function store(
  tx: Transaction,
  ctx: Context,
  old: PolicyRow,
  values: Partial<Pick<PolicyRow, 'name' | 'description' | 'mode' | 'rules'>>,
): Promise<void> {
  await tx
    .update(policies)
    .set({ ...values, version: old.version + 1, updatedAt: new Date(ctx.nowMs()) })
    .where(isPolicy(old.accountId, old.id));
}

/** The names of the members that an edit changes. */
function toChanged(old: PolicyRow, edited: PolicyInput): string[] {
  const changed: string[] = (['name', 'description', 'mode'] as const).filter(
    (member) => old[member] !== edited[member],
  );
  return isDeepStrictEqual(old.rules, edited.rules) ? changed : [...changed, 'rules'];
}

async function verifyRoom(tx: Transaction, accountId: string): Promise<void> {
  const [held] = await tx.select({ count: count() }).from(policies).where(eq(policies.accountId, accountId));
  if ((held?.count ?? 0) < policiesMax) return;
  throw new AppError('conflict', {
    message: 'too many policies',
    public: `There are ${policiesMax} policies already. Remove one first.`,
  });
}
