// One credential on its way back from the owner's webhook: fetched sealed, sealed anew, and kept here. The webhook forgets its own when
// all are back.

import type { EventDraft } from '@keytrail/shared/event';
import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { ticketSeconds } from '@keytrail/shared/webhook-ticket';
import { and, eq } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { toCredentialFacts } from './judge-call.ts';
import { sealFields } from './sealing.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import { findUnchanged, verifyNotRefreshing } from './webhook-move-refresh.ts';
import type { WebhookLink } from './webhook-rows.ts';
import { type Fields, openFromTransit } from './webhook-transit.ts';

/** Records a moved credential in the transaction that moves it. */
export type RecordMove = (
  tx: Transaction,
  draft: Pick<EventDraft, 'title' | 'service' | 'credentialId' | 'credentialLabel' | 'fields'>,
) => Promise<void>;

/** How long an edit may be on its way from the owner's extension to the webhook. */
const storeMs = (ticketSeconds + 10) * 1000;

/** Throws a WebhookError where the webhook does not give it back; then it stays there. */
export async function moveToPlatform(
  ctx: Context,
  link: WebhookLink,
  row: CredentialRow,
  recordMove: RecordMove,
): Promise<void> {
  const { accountId } = link;
  verifyNotRefreshing(ctx, row);
  const fields = await fetchBack(ctx, link, row);
  await withAccount(ctx.db, accountId, async (tx) => {
    const now = await findUnchanged(tx, row);
    if (now === null) return;
    const binding = { accountId, credentialId: row.id, version: now.version };
    await tx
      .update(credentials)
      .set({ sealed: sealFields(ctx, binding, fields) })
      .where(and(eq(credentials.accountId, accountId), eq(credentials.id, row.id)));
    const moved = { title: 'Moved back to Keytrail', ...toCredentialFacts(row) };
    await recordMove(tx, { ...moved, fields: Object.keys(row.sealed) });
  });
}

/** All of its fields, and nothing that it does not have here. */
async function fetchBack(ctx: Context, link: WebhookLink, row: CredentialRow): Promise<Fields> {
  const answer = await callWebhook(ctx, link, 'return', { credentialId: row.id }, webhookAnswers.return);
  const writtenLast = Math.max(...Object.values(row.sealed).map(({ version }) => version));
  if (answer.version < writtenLast && ctx.nowMs() - row.updatedAt.getTime() < storeMs) {
    throw new WebhookError('refused', 'pending', 'An edit is on its way to the webhook; the move goes on in a minute.');
  }
  const given = openFromTransit(link.keys.transit, answer.requestId, answer.sealed);
  const fields: Record<string, string> = {};
  for (const name of Object.keys(row.sealed)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      const sentence = `The webhook does not hold ${name} of ${row.service} (${row.label}). Edit the credential, or delete it.`;
      throw new WebhookError('refused', 'missing', sentence);
    }
    fields[name] = value;
  }
  return fields;
}
