// The row of an owner's webhook: where it is, whether it answers, and which vault secrets belong to.

import { AppError } from '@keytrail/shared/errors';
import { deriveWebhookKeys, type WebhookKeys } from '@keytrail/shared/webhook-keys';
import { eq } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { webhooks } from '../base/schema.ts';
import { openWebhookText } from './webhook-secret.ts';

export type WebhookRow = typeof webhooks.$inferSelect;

/** A webhook that is bound: what every call to it, and every ticket for it, needs. */
export interface WebhookLink {
  readonly accountId: string;
  readonly url: string;
  readonly keys: WebhookKeys;
  readonly row: WebhookRow;
}

export async function findWebhook(
  tx: Transaction,
  accountId: string,
  lock?: 'for update' | 'share',
): Promise<WebhookRow | undefined> {
  const query = tx.select().from(webhooks).where(isWebhookOf(accountId));
  const [row] = lock === undefined ? await query : await query.for(lock === 'share' ? 'share' : 'update');
  return row;
}

/** The account's webhook; null where none is bound. */
export async function findWebhookLink(ctx: Context, accountId: string): Promise<WebhookLink | null> {
  const row = await withAccount(ctx.db, accountId, (tx) => findWebhook(tx, accountId));
  return row === undefined ? null : toLink(ctx, row);
}

/** The same; throws `conflict` where none is bound. */
export async function getWebhookLink(ctx: Context, accountId: string): Promise<WebhookLink> {
  const link = await findWebhookLink(ctx, accountId);
  if (link !== null) return link;
  throw new AppError('conflict', { message: 'no webhook is bound', public: 'No webhook is bound. Bind one first.' });
}

export function toLink(ctx: Pick<Context, 'masterKeys'>, row: WebhookRow): WebhookLink | null {
  const { accountId, url } = row;
  const secret = url === null ? null : openWebhookText(ctx, row, 'secret');
  if (url === null || secret === null) return null;
  return { accountId, url, keys: deriveWebhookKeys(Buffer.from(secret, 'base64')), row };
}

export function isWebhookOf(accountId: string) {
  return eq(webhooks.accountId, accountId);
}
