// The lock: while it is on, every access and every change is refused but the unlocking itself, which takes the password.

import { AppError } from '@keytrail/shared/errors';
import type { EventAction } from '@keytrail/shared/event';
import { eq } from 'drizzle-orm';
import { selectLockedAt } from '../agents/vault-lock.ts';
import { append } from '../audit/append.ts';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { vaultLocks } from '../base/schema.ts';

export interface LockStatus {
  /** Since when; null while the vault is open. */
  readonly lockedAt: string | null;
}

export function readLockStatus(ctx: Context, owner: { accountId: string }): Promise<LockStatus> {
  return withAccount(ctx.db, owner.accountId, async (tx) => ({ lockedAt: await selectLockedAt(tx, owner.accountId) }));
}

/** Locks the vault with this answer. Locking a locked one changes nothing. */
export function lockVault(ctx: Context, owner: OwnerPrincipal): Promise<LockStatus> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const made = await tx
      .insert(vaultLocks)
      .values({ accountId: owner.accountId, lockedAt: new Date(ctx.nowMs()) })
      .onConflictDoNothing()
      .returning();
    if (made.length > 0) await recordChange(tx, ctx, owner, { action: 'lock', title: 'Vault locked' });
    return { lockedAt: await selectLockedAt(tx, owner.accountId) };
  });
}

/** Opens the vault. The caller has checked the password, or a passkey. Unlocking an open one changes nothing. */
export function unlockVault(ctx: Context, owner: OwnerPrincipal): Promise<LockStatus> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const removed = await tx.delete(vaultLocks).where(eq(vaultLocks.accountId, owner.accountId)).returning();
    if (removed.length > 0) await recordChange(tx, ctx, owner, { action: 'unlock', title: 'Vault unlocked' });
    return { lockedAt: null };
  });
}

/**
 * Throws `vault_locked`, recorded as a refusal, for a change of a locked vault.
 * @param path the procedure that was called, such as `agents.create`.
 */
export async function verifyUnlocked(ctx: Context, owner: OwnerPrincipal, path: string): Promise<void> {
  const { lockedAt } = await readLockStatus(ctx, owner);
  if (lockedAt === null) return;
  await append(ctx, owner.accountId, {
    type: 'policy_denied',
    action: toAction(path),
    source: 'direct',
    outcome: 'denied',
    title: `Change refused: ${toWords(path)}`,
    rule: 'vault_locked',
    ...owner.requester,
  });
  throw new AppError('vault_locked', { message: `${path} on a locked vault` });
}

const actions: Readonly<Record<string, EventAction>> = {
  create: 'create',
  remove: 'delete',
  rotateKey: 'rotate',
  suspend: 'suspend',
  resume: 'resume',
  revoke: 'revoke',
  attach: 'attach',
  detach: 'detach',
};

function toAction(path: string): EventAction {
  return actions[path.split('.').at(-1) ?? ''] ?? 'update';
}

/** A procedure's name as people read it: `agents.rotateKey` is `agents, rotate key`. */
function toWords(path: string): string {
  return path.replace('.', ', ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
