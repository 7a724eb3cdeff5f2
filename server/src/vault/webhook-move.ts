// Moves credentials between Keytrail and the owner's webhook, one by one. What is left to do is read off the credentials, so a
// move goes on wherever it stopped. A secret is forgotten on one side only after the other has proved that it keeps it.

import { AppError } from '@keytrail/shared/errors';
import type { EventDraft } from '@keytrail/shared/event';
import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { and, asc, eq, gt, not, sql } from 'drizzle-orm';
import type { ReservedSql } from 'postgres';
import { isVaultLocked } from '../agents/vault-lock.ts';
import { appendIn } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, webhooks } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import { isWebhookUp } from './webhook-check.ts';
import { isHeldRow } from './webhook-held.ts';
import { moveToPlatform } from './webhook-move-back.ts';
import { moveToWebhook } from './webhook-move-out.ts';
import { findWebhook, getWebhookLink, isWebhookOf, toLink, type WebhookLink, type WebhookRow } from './webhook-rows.ts';

const accountsMax = 100;
const accountsAtOnce = 2;
/** Of ids, which begin with the time. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** Carries on every move that is under way. Safe on several nodes at once; on one node, one run at a time. */
export function carryOnMoves(ctx: Context): Promise<void> {
  return ctx.flights.join('moves between vaults', () => carryOn(ctx));
}

async function carryOn(ctx: Context): Promise<void> {
  const moving = await ctx.db.drizzle.execute<{ account_id: string }>(
    sql`select account_id from accounts_moving(${accountsMax})`,
  );
  const waiting = moving.map(({ account_id }) => account_id);
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !ctx.stopping.aborted; next = waiting.shift()) {
      const accountId = next;
      await moveAccount(ctx, accountId).catch((error: unknown) => {
        if (!ctx.stopping.aborted) ctx.log.error({ error, accountId }, 'a move between vaults is stuck');
      });
    }
  };
  await Promise.all(Array.from({ length: accountsAtOnce }, work));
}

/** Carries on the move of one account as far as it goes. Does nothing while another node is at it. */
async function moveAccount(ctx: Context, accountId: string): Promise<void> {
  // Held by a connection, so that it ends with whoever held it. Appends share these connections: few may be held.
  const lock = await ctx.db.raw.reserve();
  try {
    if (!(await tryLock(lock, accountId))) return;
    try {
      await moveAll(ctx, accountId);
    } finally {
      await lock`select pg_advisory_unlock(hashtextextended(${`keytrail.move ${accountId}`}, 0))`;
    }
  } finally {
    lock.release();
  }
}

async function tryLock(lock: ReservedSql, accountId: string): Promise<boolean> {
  const [row] = await lock<{ taken: boolean }[]>`
    select pg_try_advisory_lock(hashtextextended(${`keytrail.move ${accountId}`}, 0)) as taken`;
  return row?.taken === true;
}

const away = 'The webhook does not answer; the move goes on when it does.';

/** Where a move stands. */
interface Stage {
  readonly link: WebhookLink;
  readonly moveId: string;
}

async function moveAll(ctx: Context, accountId: string): Promise<void> {
  // One that is away is not to keep other accounts waiting, as the patience of every call would.
  if (!(await isWebhookUp(ctx, await getWebhookLink(ctx, accountId)))) return noteTrouble(ctx, accountId, away);
  let after = beforeAll;
  let trouble: string | null = null;
  while (!ctx.stopping.aborted) {
    const next = await withAccount(ctx.db, accountId, (tx) => findNext(tx, ctx, accountId, after));
    if (next === null) return;
    if (next === 'locked') return noteTrouble(ctx, accountId, 'The vault is locked; the move goes on when it is not.');
    const { stage, row } = next;
    if (row === null) {
      // Whoever could not be moved is tried again with the next round.
      if (trouble !== null) return noteTrouble(ctx, accountId, trouble);
      return finish(ctx, stage).catch((error: unknown) => noteTrouble(ctx, accountId, toTrouble(error)));
    }
    after = row.id;
    try {
      await moveOne(ctx, stage, row);
    } catch (error) {
      trouble = toTrouble(error);
      await noteTrouble(ctx, accountId, trouble);
      // A webhook that is away is away for all of them.
      if (error instanceof WebhookError && error.fault !== 'refused') return;
    }
  }
}

/** The next credential that is not where it belongs: `row` is null where all are, the whole answer where no move is under way. */
async function findNext(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  after: string,
): Promise<{ stage: Stage; row: CredentialRow | null } | 'locked' | null> {
  const webhook = await findWebhook(tx, accountId);
  const link = webhook === undefined ? null : toLink(ctx, webhook);
  if (link === null || link.row.moveId === null) return null;
  if (await isVaultLocked(tx, accountId)) return 'locked';
  const [row] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), gt(credentials.id, after), isMisplaced(link.row)))
    .orderBy(asc(credentials.id))
    .limit(1);
  return { stage: { link, moveId: link.row.moveId }, row: row ?? null };
}

function isMisplaced({ mode }: Pick<WebhookRow, 'mode'>) {
  return mode === 'webhook' ? not(isHeldRow()) : isHeldRow();
}

function moveOne(ctx: Context, { link, moveId }: Stage, row: CredentialRow): Promise<void> {
  const move = link.row.mode === 'webhook' ? moveToWebhook : moveToPlatform;
  return move(ctx, link, row, (tx, draft) => recordMove(tx, ctx, link.accountId, { ...draft, correlationId: moveId }));
}

/**
 * Ends the move, if nothing is left to move: what was edited on its way is left to the next round. What came back is forgotten at the
 * webhook only now, by name: nobody but a move sends it there again, and no other move begins before this one has ended.
 */
async function finish(ctx: Context, { link, moveId }: Stage): Promise<void> {
  const { accountId, row } = link;
  const back = await withAccount(ctx.db, accountId, (tx) => listBack(tx, row));
  if (back === null) return;
  for (let from = 0; from < back.length; from += forgottenAtOnce) {
    const credentialIds = back.slice(from, from + forgottenAtOnce);
    await callWebhook(ctx, link, 'remove', { credentialIds }, webhookAnswers.remove);
  }
  await withAccount(ctx.db, accountId, async (tx) => {
    const now = await findWebhook(tx, accountId, 'for update');
    if (now?.moveId !== moveId || (await listBack(tx, row)) === null) return;
    await tx.update(webhooks).set({ moveId: null, moveError: null }).where(isWebhookOf(accountId));
    const title = row.mode === 'webhook' ? 'Every credential is on the webhook' : 'Every credential is at Keytrail';
    await recordMove(tx, ctx, accountId, { title, correlationId: moveId });
  });
}

const forgottenAtOnce = 500;

/** Null while anything is misplaced; else what the webhook is to forget. */
async function listBack(tx: Transaction, row: WebhookRow): Promise<string[] | null> {
  const ofAccount = eq(credentials.accountId, row.accountId);
  if ((await tx.$count(credentials, and(ofAccount, isMisplaced(row)))) > 0) return null;
  if (row.mode === 'webhook') return [];
  const rows = await tx.select({ id: credentials.id }).from(credentials).where(ofAccount);
  return rows.map(({ id }) => id);
}

async function recordMove(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  draft: Pick<EventDraft, 'title' | 'correlationId'> & Partial<EventDraft>,
): Promise<void> {
  const facts = { type: 'vault_change', action: 'move', source: 'system', outcome: 'ok' } as const;
  await appendIn(tx, ctx, accountId, { ...draft, ...facts });
}

async function noteTrouble(ctx: Context, accountId: string, moveError: string): Promise<void> {
  await withAccount(ctx.db, accountId, (tx) => tx.update(webhooks).set({ moveError }).where(isWebhookOf(accountId)));
}

/** In words for the owner. What is neither the webhook's nor a secret's own fault goes on to whoever called. */
function toTrouble(error: unknown): string {
  if (error instanceof AppError && error.code === 'secret_unreadable') return error.public;
  if (!(error instanceof WebhookError)) throw error;
  if (error.reason === 'return_off') {
    return 'The webhook does not give secrets back. Start it with WEBHOOK_RETURN=on; the move then goes on by itself.';
  }
  return error.public;
}
