// Wrong passwords for an account that exists, noted in its log: so many of a kind an hour, so that a flood of them fills no log.
// The attempt is counted and recorded in one transaction, over all nodes.

import { mintUuid } from '@keytrail/shared/ids';
import { eq, sql } from 'drizzle-orm';
import { type Change, recordChange } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import { accounts, signInLimits } from '../base/schema.ts';
import type { AuthRequest } from './auth-request.ts';
import type { OwnerPrincipal } from './principal.ts';

const attemptsPerHourMax = 10;
const hourMs = 3_600_000;

/** By the address that was tried; nothing for one that nobody has. */
export async function recordFailedSignIn(
  ctx: Context,
  request: Pick<AuthRequest, 'requester'>,
  email: string,
): Promise<void> {
  const [account] = await ctx.db.drizzle
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.email, email.toLowerCase()));
  if (account === undefined) return;
  await recordFailure(ctx, request, account.id, { action: 'sign_in', title: 'Sign-in failed' });
}

/** By the account whose session asked for a new password without knowing the old one. */
export function recordFailedPasswordChange(ctx: Context, request: AuthRequest, accountId: string): Promise<void> {
  return recordFailure(ctx, request, accountId, { action: 'update', title: 'Password change failed' });
}

/** By the account whose session asked to unlock the vault. */
export function recordFailedUnlock(ctx: Context, owner: OwnerPrincipal, why?: string): Promise<void> {
  return recordFailure(ctx, owner, owner.accountId, { action: 'unlock', title: 'Unlocking failed' }, why);
}

async function recordFailure(
  ctx: Context,
  { requester }: Pick<AuthRequest, 'requester'>,
  accountId: string,
  what: Pick<Change, 'action' | 'title'>,
  why = 'Wrong password',
): Promise<void> {
  const nowMs = ctx.nowMs();
  await ctx.db.drizzle.transaction(async (tx) => {
    const isOver = sql`${signInLimits.lastRequest} <= ${nowMs - hourMs}`;
    const [counted] = await tx
      .insert(signInLimits)
      .values({
        id: mintUuid(nowMs, ctx.randomBytes),
        // Each kind for itself: strangers who know an address must not be able to hide what is tried by a session.
        key: `failed ${what.action} ${accountId}`,
        count: 1,
        lastRequest: nowMs,
      })
      .onConflictDoUpdate({
        target: signInLimits.key,
        set: {
          count: sql`case when ${isOver} then 1 else ${signInLimits.count} + 1 end`,
          lastRequest: sql`case when ${isOver} then ${nowMs} else ${signInLimits.lastRequest} end`,
        },
      })
      .returning({ count: signInLimits.count });
    const count = counted?.count ?? 0;
    if (count > attemptsPerHourMax) return;
    const last = count === attemptsPerHourMax ? ', the last one that is recorded within the hour' : '';
    const note = `${why}${last}`;
    await recordChange(tx, ctx, { accountId, requester }, { ...what, outcome: 'denied', note });
  });
}
