// That an account's secrets are being re-wrapped, in its log: once for each version, and before the first box changes.

import { sql } from 'drizzle-orm';
import { appendIn } from '../audit/append.ts';
import { withAccount } from '../base/db.ts';
import { rewraps } from '../base/schema.ts';
import type { Rotation } from './rotation.ts';

/** Does nothing where the log says so already. */
export async function recordRewrap(rotation: Rotation, accountId: string, version: number): Promise<void> {
  await withAccount(rotation.db, accountId, async (tx) => {
    const noted = await tx
      .insert(rewraps)
      .values({ accountId, version, recordedAt: new Date(rotation.nowMs()) })
      .onConflictDoNothing()
      .returning({ version: sql<number>`1` });
    if (noted.length === 0) return;
    await appendIn(tx, rotation, accountId, {
      type: 'vault_change',
      action: 'rotate',
      source: 'system',
      outcome: 'ok',
      title: 'Secrets re-wrapped under a new master key',
      note: `Master key version ${version}; the secrets themselves are as they were`,
    });
  });
}
