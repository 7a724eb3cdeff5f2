// A webhook tells of a token that it renewed after it had only acknowledged, or by itself: believed as its other messages are, and
// recorded once, however often it is told.

import type { EventDraft } from '@keytrail/shared/event';
import type { WebhookNotice } from '@keytrail/shared/webhook-protocol';
import { appendIn } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { toCredentialFacts } from './judge-call.ts';
import { isRow, storeState, toWayNote } from './refresh-attempt.ts';
import { toBecause, toFailing } from './refresh-finish.ts';
import { storeRenewed } from './refresh-held-finish.ts';
import { isHeldByWebhook } from './webhook-held.ts';

/** What was verified to come from this account's webhook. False for what is known already, or of no credential that it holds. */
export function takeNotice(ctx: Context, accountId: string, notice: WebhookNotice): Promise<boolean> {
  return withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, notice.credentialId)).for('update');
    if (row === undefined || row.kind !== 'oauth' || !isHeldByWebhook(row)) return false;
    const facts =
      notice.status === 'refreshed'
        ? await takeRefreshed(tx, ctx, row, notice)
        : await takeFailed(tx, ctx, row, notice);
    if (facts === null) return false;
    await appendIn(tx, ctx, accountId, {
      type: 'token_refresh',
      action: 'refresh',
      source: 'system',
      title: 'Owner’s Webhook',
      ...toCredentialFacts(row),
      ...(row.refresh?.correlationId == null ? {} : { correlationId: row.refresh.correlationId }),
      ...facts,
    });
    return true;
  });
}

type Facts = Pick<EventDraft, 'outcome' | 'fields' | 'errorClass' | 'note'>;

async function takeRefreshed(
  tx: Transaction,
  ctx: Context,
  row: CredentialRow,
  notice: Extract<WebhookNotice, { status: 'refreshed' }>,
): Promise<Facts | null> {
  if (notice.version <= (row.sealed.accessToken?.version ?? 0)) return null;
  await storeRenewed(tx, ctx, row, notice, row.refresh?.correlationId ?? undefined);
  return { outcome: 'ok', fields: notice.fields, note: toWayNote('delegated', undefined) };
}

async function takeFailed(
  tx: Transaction,
  ctx: Context,
  row: CredentialRow,
  { errorClass, code }: Extract<WebhookNotice, { status: 'refresh_failed' }>,
): Promise<Facts | null> {
  const { refresh } = row;
  // Told of by the answer to a later call, or settled otherwise.
  if (refresh === null || refresh.waitingSince == null) return null;
  const because = toBecause(
    { errorClass, code: code ?? null, public: null },
    { afterCutOff: false, way: 'delegated' },
    false,
  );
  const { attempt, correlationId } = refresh;
  const reconnectNeeded = errorClass === 'invalid_grant' ? because : null;
  await storeState(tx, row, {
    ...toFailing(refresh, ctx.nowMs()),
    attempt,
    errorClass,
    correlationId,
    reconnectNeeded,
  });
  return { outcome: 'failed', errorClass, note: toWayNote('delegated', because) };
}
