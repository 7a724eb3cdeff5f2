// One credential on its way to the owner's webhook: recorded, opened, sealed for the way, proved to be kept there, then forgotten here.

import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { and, eq } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { toCredentialFacts } from './judge-call.ts';
import { openForMove } from './opening.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import type { RecordMove } from './webhook-move-back.ts';
import { findUnchanged, verifyNotRefreshing } from './webhook-move-refresh.ts';
import type { WebhookLink } from './webhook-rows.ts';
import { isDigestOf, sealForTransit } from './webhook-transit.ts';

/** Throws a WebhookError where the webhook does not take it; then it stays here. */
export async function moveToWebhook(
  ctx: Context,
  link: WebhookLink,
  row: CredentialRow,
  recordMove: RecordMove,
): Promise<void> {
  const { accountId } = link;
  verifyNotRefreshing(ctx, row);
  const { transit } = link.keys;
  const facts = toCredentialFacts(row);
  const fields = await openForMove(ctx, {
    row,
    draft: {
      type: 'vault_change',
      action: 'move',
      source: 'system',
      outcome: 'ok',
      title: 'Sent to the webhook',
      ...facts,
      ...(link.row.moveId === null ? {} : { correlationId: link.row.moveId }),
    },
  });
  const message = (requestId: string) => ({
    credentialId: row.id,
    version: row.version,
    sealed: sealForTransit(transit, requestId, fields),
  });
  const stored = await callWebhook(ctx, link, 'store', message, webhookAnswers.store);
  if (!isDigestOf(transit, fields, stored.digest)) {
    throw new WebhookError('unbelievable', null, 'The webhook does not keep what it was sent.');
  }
  await withAccount(ctx.db, accountId, async (tx) => {
    if ((await findUnchanged(tx, row)) === null) return;
    await tx
      .update(credentials)
      .set({ sealed: toHeld(row) })
      .where(and(eq(credentials.accountId, accountId), eq(credentials.id, row.id)));
    await recordMove(tx, { title: 'Moved to the webhook', ...facts, fields: Object.keys(row.sealed) });
  });
}

function toHeld({ sealed, version }: CredentialRow): CredentialRow['sealed'] {
  return Object.fromEntries(Object.keys(sealed).map((field) => [field, { version, box: null }]));
}
