// Whether an owner's webhook answers: noted with every call to it, and asked for where that is too long ago.

import { sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { webhooks } from '../base/schema.ts';
import type { WebhookFault } from './webhook-call.ts';
import { isWebhookOf, type WebhookLink } from './webhook-rows.ts';

/** For how long what was seen of a webhook is believed. Taken offline, it is known to be within that time. */
export const beliefMs = 5_000;

/** Notes what came of a call; null: an answer. A failure to do so is only logged. */
export async function noteWebhook(ctx: Context, link: WebhookLink, fault: WebhookFault | null): Promise<void> {
  const { accountId } = link;
  const now = new Date(ctx.nowMs());
  const failingSince =
    fault === null ? null : sql`coalesce(${webhooks.failingSince}, ${now.toISOString()}::timestamptz)`;
  await withAccount(ctx.db, accountId, (tx) =>
    tx.update(webhooks).set({ checkedAt: now, failingSince, lastFault: fault }).where(isWebhookOf(accountId)),
  ).catch((error: unknown) => ctx.log.warn({ error, accountId }, 'state of a webhook not noted'));
}

/** Notes what it offers, where it says anything else than before. */
export async function noteCapabilities(
  ctx: Context,
  { accountId, row }: WebhookLink,
  offered: string[],
): Promise<void> {
  const capabilities = offered.toSorted();
  if (capabilities.join() === row.capabilities.join()) return;
  await withAccount(ctx.db, accountId, (tx) => tx.update(webhooks).set({ capabilities }).where(isWebhookOf(accountId)));
}
