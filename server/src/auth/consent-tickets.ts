// Who signed in on the page that asks, until they have answered: a ticket in the form, good for one answer to one question.
// No cookie stands for it, so no other page can answer in its place. Stored as a hash.

import { mintUuid } from '@keytrail/shared/ids';
import { and, eq, gt, like, lte } from 'drizzle-orm';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { accounts, verifications } from '../base/schema.ts';
import { hashKey } from './agent-keys.ts';
import type { OwnerPrincipal } from './principal.ts';
import type { Requester } from './requester.ts';

const ticketMs = 10 * 60_000;
const prefix = 'consent ';
const content = z.object({ accountId: z.string(), question: z.string() });

/** Gives an owner the ticket to answer `question`, whatever that is. */
export async function issueTicket(ctx: Context, owner: OwnerPrincipal, question: string): Promise<string> {
  const ticket = Buffer.from(ctx.randomBytes(32)).toString('base64url');
  const now = new Date(ctx.nowMs());
  // Those that nobody came back with.
  await ctx.db.drizzle
    .delete(verifications)
    .where(and(like(verifications.identifier, `${prefix}%`), lte(verifications.expiresAt, now)));
  await ctx.db.drizzle.insert(verifications).values({
    id: mintUuid(ctx.nowMs(), ctx.randomBytes),
    identifier: toIdentifier(ticket),
    value: JSON.stringify({ accountId: owner.accountId, question }),
    expiresAt: new Date(ctx.nowMs() + ticketMs),
  });
  return ticket;
}

/** The owner who holds a ticket for this question, which is used up by that; null when there is none. */
export async function redeemTicket(
  ctx: Context,
  ticket: string,
  question: string,
  requester: Requester,
): Promise<OwnerPrincipal | null> {
  const [row] = await ctx.db.drizzle
    .delete(verifications)
    .where(and(eq(verifications.identifier, toIdentifier(ticket)), gt(verifications.expiresAt, new Date(ctx.nowMs()))))
    .returning({ value: verifications.value });
  if (row === undefined) return null;
  const { accountId, question: answered } = content.parse(JSON.parse(row.value));
  if (answered !== question) return null;
  const [account] = await ctx.db.drizzle.select().from(accounts).where(eq(accounts.id, accountId));
  return account === undefined
    ? null
    : { kind: 'owner', accountId, email: account.email, name: account.name, requester };
}

function toIdentifier(ticket: string): string {
  return prefix + hashKey(ticket).toString('hex');
}
