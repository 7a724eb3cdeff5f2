// An attempt to refresh a token: taken by one node at a time, under a lease in the credential's row. What is left by a node
// that died is found when its lease is over, and recorded then.

import type { EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import type { RefreshReason } from '@keytrail/shared/webhook-protocol';
import { and, eq, sql } from 'drizzle-orm';
import { isVaultLocked } from '../agents/vault-lock.ts';
import { appendIn } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, type RefreshAttempt, type RefreshState, type RefreshWay } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { isRefreshable, restingState } from './refresh-due.ts';
import { toLeaseMs, toRefreshWay, wayWords } from './refresh-way.ts';
import { isHeldByWebhook } from './webhook-held.ts';
import { findWebhook } from './webhook-rows.ts';

/** Who asks for what to be refreshed. */
export interface RefreshAsk {
  readonly accountId: string;
  readonly credentialId: string;
  /** The version of the access token that was found wanting: when another is stored, somebody was faster. */
  readonly seenVersion: number;
  /** The owner's own press of a button: neither a pause nor a refusal keeps it from being tried. */
  readonly forced: boolean;
  /** What a webhook that holds the token is told. */
  readonly reason: RefreshReason;
  /** What the event says of who asked; its correlation id ties it to what it is for. */
  readonly draft: Omit<EventDraft, 'type' | 'outcome' | 'action'>;
}

export type Taken =
  | { readonly outcome: 'taken'; readonly row: CredentialRow; readonly attempt: RefreshAttempt }
  /** Another token is stored by now, or the credential is gone. */
  | { readonly outcome: 'fresh' }
  /** Another node is at it until then. */
  | { readonly outcome: 'busy'; readonly leaseMs: number }
  /** Not to be tried now. */
  | { readonly outcome: 'resting'; readonly state: RefreshState }
  | { readonly outcome: 'impossible' };

/** Takes the lease, where there is something to do and nobody else is at it. */
export function takeAttempt(ctx: Context, ask: RefreshAsk): Promise<Taken> {
  const { accountId, credentialId } = ask;
  return withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, credentialId)).for('update');
    if (row === undefined) return { outcome: 'fresh' };
    if (row.sealed.accessToken?.version !== ask.seenVersion) return { outcome: 'fresh' };
    if (!isRefreshable(row, Object.keys(row.sealed)) || (await isVaultLocked(tx, accountId))) {
      return { outcome: 'impossible' };
    }
    const way = isHeldByWebhook(row) ? await findWay(tx, accountId) : null;
    if (way === 'nobody') return { outcome: 'impossible' };
    const nowMs = await readClock(ctx, tx);
    const state = row.refresh ?? restingState;
    const leftMs = state.attempt === null ? 0 : Date.parse(state.attempt.leaseUntil) - nowMs;
    if (leftMs > 0) return { outcome: 'busy', leaseMs: leftMs };
    if (!ask.forced && isResting(state, nowMs)) return { outcome: 'resting', state };
    const attempt: RefreshAttempt = {
      id: mintUuid(ctx.nowMs(), ctx.randomBytes),
      ...(way === null ? {} : { way }),
      leaseUntil: new Date(nowMs + toLeaseMs(way)).toISOString(),
      afterCutOff: state.attempt !== null || state.pairLost === true,
      draft: { ...ask.draft, action: 'refresh' },
    };
    await storeState(tx, row, { ...state, attempt });
    if (state.attempt !== null) await recordCutOff(tx, ctx, accountId, state.attempt);
    return { outcome: 'taken', row, attempt };
  });
}

/** Who renews what the account's webhook holds. */
async function findWay(tx: Transaction, accountId: string): Promise<RefreshWay | 'nobody'> {
  const webhook = await findWebhook(tx, accountId);
  return (webhook === undefined ? null : toRefreshWay(webhook)) ?? 'nobody';
}

export function isRow(accountId: string, id: string) {
  return and(eq(credentials.accountId, accountId), eq(credentials.id, id));
}

export async function storeState(
  tx: Transaction,
  row: Pick<CredentialRow, 'accountId' | 'id'>,
  refresh: RefreshState,
): Promise<void> {
  await tx.update(credentials).set({ refresh }).where(isRow(row.accountId, row.id));
}

/** Ends the lease of an attempt that nothing can be recorded of now, so that nobody waits: whoever comes next finds it cut off. */
export function expireLease(ctx: Context, { accountId, id }: CredentialRow, attempt: RefreshAttempt): Promise<void> {
  return withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, id)).for('update');
    if (row?.refresh?.attempt?.id !== attempt.id) return;
    const leaseUntil = new Date(0).toISOString();
    await storeState(tx, row, { ...row.refresh, attempt: { ...row.refresh.attempt, leaseUntil } });
  });
}

/** Appends the one event of an attempt, which says who renews where Keytrail does not. Call it last: it holds the log's head. */
export async function recordAttempt(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  attempt: RefreshAttempt,
  outcome: Pick<EventDraft, 'outcome'> & Partial<Pick<EventDraft, 'action' | 'errorClass' | 'note' | 'fields'>>,
): Promise<void> {
  const note = toWayNote(attempt.way, outcome.note);
  const facts = { ...attempt.draft, ...outcome, ...(note === undefined ? {} : { note }) };
  await appendIn(tx, ctx, accountId, { ...facts, type: 'token_refresh' });
}

/** What an event of a refresh says, with who renews before it. */
export function toWayNote(way: RefreshWay | undefined, note: string | undefined): string | undefined {
  if (way === undefined) return note;
  const { name, done } = wayWords[way];
  return `${name}: ${note ?? done}`;
}

/** Nobody knows whether the provider heard of it; that its outcome is lost is what can be said. */
function recordCutOff(tx: Transaction, ctx: Context, accountId: string, attempt: RefreshAttempt): Promise<void> {
  return recordAttempt(tx, ctx, accountId, attempt, {
    outcome: 'failed',
    errorClass: 'cut_off',
    note:
      attempt.way === 'delegated'
        ? 'The attempt was cut off before it was noted what the webhook had done; it is asked once more'
        : 'The attempt was cut off before the provider’s answer was stored; the refresh token is tried once more',
  });
}

function isResting({ reconnectNeeded, retryAt }: RefreshState, nowMs: number): boolean {
  return reconnectNeeded !== null || (retryAt !== null && Date.parse(retryAt) > nowMs);
}

/** The database's: a lease holds over nodes whose clocks differ. Turned as far as this node's was. */
async function readClock(ctx: Context, tx: Transaction): Promise<number> {
  const [row] = await tx.execute<{ at: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as at`,
  );
  if (row === undefined) throw new Error('the database has no clock');
  return row.at + ctx.clockTurnMs();
}
