// Whether an owner has locked their vault: then every access is refused.

import { eq } from 'drizzle-orm';
import type { Transaction } from '../base/db.ts';
import { vaultLocks } from '../base/schema.ts';

export async function isVaultLocked(tx: Transaction, accountId: string): Promise<boolean> {
  const [lock] = await tx
    .select({ lockedAt: vaultLocks.lockedAt })
    .from(vaultLocks)
    .where(eq(vaultLocks.accountId, accountId));
  return lock !== undefined;
}
