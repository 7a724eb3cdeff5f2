// Challenges for passkeys: each is made for one account and one purpose, lives for minutes and counts once.

import { toBase64url } from '@keytrail/shared/bytes';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { and, eq, gt, lt } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { verifications } from '../base/schema.ts';

const livesMs = 5 * 60_000;

export type ChallengePurpose = 'add passkey' | 'unlock vault';

/** A new one; 32 random bytes, base64url. */
export async function issueChallenge(ctx: Context, accountId: string, purpose: ChallengePurpose): Promise<string> {
  const value = toBase64url(ctx.randomBytes(32));
  const now = new Date(ctx.nowMs());
  const { drizzle } = ctx.db;
  await drizzle
    .delete(verifications)
    .where(and(eq(verifications.identifier, toName(accountId, purpose)), lt(verifications.expiresAt, now)));
  await drizzle.insert(verifications).values({
    id: mintUuid(ctx.nowMs(), ctx.randomBytes),
    identifier: toName(accountId, purpose),
    value,
    expiresAt: new Date(ctx.nowMs() + livesMs),
  });
  return value;
}

/** Spends it. Throws where it was never issued for this, is over, or was spent before. */
export async function spendChallenge(
  ctx: Context,
  accountId: string,
  purpose: ChallengePurpose,
  value: string,
): Promise<void> {
  const spent = await ctx.db.drizzle
    .delete(verifications)
    .where(
      and(
        eq(verifications.identifier, toName(accountId, purpose)),
        eq(verifications.value, value),
        gt(verifications.expiresAt, new Date(ctx.nowMs())),
      ),
    )
    .returning();
  if (spent.length > 0) return;
  throw new AppError('passkey_refused', { message: `no challenge to ${purpose}, or one that was spent` });
}

function toName(accountId: string, purpose: ChallengePurpose): string {
  return `${purpose} ${accountId}`;
}
