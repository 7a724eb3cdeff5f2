// Whether the person before the screen knows the account's password: so many tries a quarter of an hour, over all nodes,
// since a session that was stolen must not be a way to guess it.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { isAPIError } from 'better-auth/api';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { signInLimits } from '../base/schema.ts';
import type { Auth } from './accounts.ts';
import { recordFailedUnlock } from './failed-attempts.ts';
import type { OwnerPrincipal } from './principal.ts';

const triesMax = 10;
const windowMs = 15 * 60_000;

/** Throws `password_wrong`, noted in the log, or `too_many_tries`. A right password takes the tries back. */
export async function verifyOwnPassword(
  ctx: Context,
  auth: Auth,
  owner: OwnerPrincipal,
  authorization: string,
  password: string,
): Promise<void> {
  await verifyTriesLeft(ctx, owner.accountId);
  if (!(await isRight(auth, authorization, password))) {
    await recordFailedUnlock(ctx, owner);
    throw new AppError('password_wrong', { message: 'wrong password' });
  }
  await takeTriesBack(ctx, owner.accountId);
}

/** Counts a try of an account's own password, by whichever way a session may try it. Throws `too_many_tries`. */
export async function verifyTriesLeft(ctx: Context, accountId: string): Promise<void> {
  if ((await countTry(ctx, toKey(accountId))) <= triesMax) return;
  throw new AppError('too_many_tries', { message: `more than ${triesMax} passwords tried` });
}

/** After a right one. */
export async function takeTriesBack(ctx: Context, accountId: string): Promise<void> {
  await ctx.db.drizzle.delete(signInLimits).where(eq(signInLimits.key, toKey(accountId)));
}

function toKey(accountId: string): string {
  return `password ${accountId}`;
}

/** Counts a try and answers how many there were within the quarter of an hour. Before the check, so that many at once count as many. */
export async function countTry(ctx: Context, key: string): Promise<number> {
  const nowMs = ctx.nowMs();
  const isOver = sql`${signInLimits.lastRequest} <= ${nowMs - windowMs}`;
  const [counted] = await ctx.db.drizzle
    .insert(signInLimits)
    .values({ id: mintUuid(nowMs, ctx.randomBytes), key, count: 1, lastRequest: nowMs })
    .onConflictDoUpdate({
      target: signInLimits.key,
      set: {
        count: sql`case when ${isOver} then 1 else ${signInLimits.count} + 1 end`,
        lastRequest: sql`case when ${isOver} then ${nowMs} else ${signInLimits.lastRequest} end`,
      },
    })
    .returning({ count: signInLimits.count });
  return counted?.count ?? 0;
}

async function isRight(auth: Auth, authorization: string, password: string): Promise<boolean> {
  try {
    await auth.api.verifyPassword({ body: { password }, headers: new Headers({ authorization }) });
    return true;
  } catch (error) {
    if (isAPIError(error) && error.body?.code === 'INVALID_PASSWORD') return false;
    throw error;
  }
}
