// What becomes of an attempt to renew what the owner's webhook holds: here, only versions and ends change. The webhook has stored the token
// before it says so, and says so again to whoever asks after a crash; so nothing is lost with what is not written here.

import type { EventDraft } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, type RefreshAttempt, type RefreshState } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { toReadableTokens } from './readable-tokens.ts';
import { isRow, recordAttempt, storeState } from './refresh-attempt.ts';
import { restingState } from './refresh-due.ts';
import { endAttempt, keptTheirs } from './refresh-finish.ts';
import type { HeldRenewal, Refreshed } from './refresh-held.ts';
import { isSameSecret } from './sealing.ts';
import { isHeldByWebhook } from './webhook-held.ts';

/** What a webhook says of a token that it has stored. */
export type Renewed = Pick<Refreshed, 'version' | 'expiresInS' | 'scopes' | 'fields'>;

/** Notes what the webhook did, unless the owner has put in other tokens meanwhile, and records the attempt. */
export async function storeHeldRenewal(
  ctx: Context,
  used: CredentialRow,
  attempt: RefreshAttempt,
  renewal: Exclude<HeldRenewal, { status: 'acknowledged' }>,
): Promise<void> {
  const { accountId, id } = used;
  await withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, id)).for('update');
    const isWanted = row !== undefined && renewal.status === 'refreshed' && hasSameTokens(row, used);
    if (isWanted) await storeRenewed(tx, ctx, row, renewal, attempt.draft.correlationId);
    else if (row !== undefined) await endAttempt(tx, row, attempt);
    const facts = renewal.status === 'refreshed' ? { fields: [...renewal.fields] } : {};
    const isTheirs = !isWanted && !(renewal.status === 'refreshed' && isAtVersion(row, renewal));
    await recordAttempt(tx, ctx, accountId, attempt, {
      outcome: 'ok',
      ...facts,
      ...(isTheirs ? { note: keptTheirs } : {}),
    });
  });
}

/** Writes the versions and the end of a token that lies at the webhook. Lock the row first. */
export async function storeRenewed(
  tx: Transaction,
  ctx: Context,
  row: CredentialRow,
  { version, expiresInS, scopes, fields }: Renewed,
  correlationId: string | undefined,
): Promise<void> {
  const boxes = Object.fromEntries(fields.map((name) => [name, { version, box: null }]));
  const refreshedAt = new Date(ctx.nowMs()).toISOString();
  await tx
    .update(credentials)
    .set({
      sealed: { ...row.sealed, ...boxes },
      version: Math.max(row.version + 1, version),
      public: { ...row.public, ...toReadableTokens(ctx, { expiresInS, scopes: scopes ?? null }) },
      refresh: { ...restingState, refreshedAt, correlationId: correlationId ?? null },
    })
    .where(isRow(row.accountId, row.id));
}

/** The next look at a webhook that is at it, which also tells by itself when it is done. */
const waitMs = 10_000;

/** Notes that the webhook is at it. What becomes of it is an event of its own. */
export async function storeWaiting(ctx: Context, used: CredentialRow, attempt: RefreshAttempt): Promise<void> {
  const { accountId, id } = used;
  await withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, id)).for('update');
    if (row?.refresh?.attempt?.id === attempt.id) {
      const isSettled = !hasSameTokens(row, used);
      await storeState(
        tx,
        row,
        isSettled ? { ...row.refresh, attempt: null } : toWaitingState(ctx, row.refresh, attempt.draft),
      );
    }
    await recordAttempt(tx, ctx, accountId, attempt, { action: 'notify', outcome: 'ok', note: acknowledged });
  });
}

const acknowledged = 'the owner’s webhook was told, and is renewing it; what becomes of it is an event of its own';

function toWaitingState(ctx: Context, state: RefreshState, draft: Pick<EventDraft, 'correlationId'>): RefreshState {
  return {
    ...state,
    attempt: null,
    waitingSince: state.waitingSince ?? new Date(ctx.nowMs()).toISOString(),
    retryAt: new Date(ctx.nowMs() + waitMs).toISOString(),
    correlationId: draft.correlationId ?? null,
  };
}

/** Whether nobody has written tokens since: neither the owner, nor a notice of the webhook. */
function hasSameTokens(row: CredentialRow, used: CredentialRow): boolean {
  return (
    isHeldByWebhook(row) &&
    isSameSecret(row.sealed.accessToken, used.sealed.accessToken) &&
    isSameSecret(row.sealed.refreshToken, used.sealed.refreshToken)
  );
}

function isAtVersion(row: CredentialRow | undefined, { version }: Pick<Renewed, 'version'>): boolean {
  return row?.sealed.accessToken?.version === version;
}
