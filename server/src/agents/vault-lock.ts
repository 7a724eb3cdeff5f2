// Whether an owner has locked their vault: then every access is refused.

import { eq } from 'drizzle-orm';
import type { Transaction } from '../base/db.ts';
import { vaultLocks } from '../base/schema.ts';

/** Since when the vault is locked; null while it is open. */
export async function selectLockedAt(tx: Transaction, accountId: string): Promise<string | null> {
  const [row] = await tx
    .select({ lockedAt: vaultLocks.lockedAt })
    .from(vaultLocks)
    .where(eq(vaultLocks.accountId, accountId));
  return row?.lockedAt.toISOString() ?? null;
}

export async function isVaultLocked(tx: Transaction, accountId: string): Promise<boolean> {
  return (await selectLockedAt(tx, accountId)) !== null;
}
