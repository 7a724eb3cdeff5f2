// The one writer of events. An event counts as recorded when a function here has returned it, not before.

import { toBase64url } from '@keytrail/shared/bytes';
import { canonicalize } from '@keytrail/shared/canonical';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventBody, EventDraft } from '@keytrail/shared/event';
import { eventBody } from '@keytrail/shared/event-schema';
import { mintUuid } from '@keytrail/shared/ids';
import { sql } from 'drizzle-orm';
import type { AppendReceipt, Context, PendingAppend } from '../base/context.ts';
import { type Database, findCode, isDatabaseAway, type Transaction } from '../base/db.ts';
import { makePartitions } from './partitions.ts';
import { rollUpWhenDue } from './roll-up.ts';

type Minting = Pick<Context, 'nowMs' | 'randomBytes'>;

/**
 * Records one event in an account's log and returns it once it is durable. Callers of one moment share a commit.
 * Throws `event_not_recorded` when it could not be stored: release nothing then.
 */
export async function append(ctx: Context, accountId: string, draft: EventDraft): Promise<AuditEvent> {
  return enqueue(ctx, toPending(accountId, mintBody(ctx, draft), false));
}

/** Records an event whose id was minted elsewhere. The same bytes again get the receipt of the first time. */
export async function appendBody(ctx: Context, accountId: string, body: EventBody): Promise<AuditEvent> {
  return enqueue(ctx, toPending(accountId, body, true));
}

async function enqueue(ctx: Context, pending: PendingAppend): Promise<AuditEvent> {
  const event = toEvent(pending.body, await ctx.appends.enqueue(pending));
  rollUpWhenDue(ctx, pending.accountId, event);
  return event;
}

/**
 * Records events in the caller's own transaction: they stand if and only if the change does. Holds the account's
 * head row until that transaction ends, so it comes last in it.
 */
export async function appendIn(
  tx: Transaction,
  minting: Minting,
  accountId: string,
  draft: EventDraft,
): Promise<AuditEvent> {
  const pending = toPending(accountId, mintBody(minting, draft), false);
  const rows = await tx.execute<ReceiptRow>(
    sql`select ordinal, seq, recorded_at, outcome
      from append_batch(array[${accountId}]::uuid[], array[${pending.canonical}]::text[], false)`,
  );
  const receipt = toReceipts(rows, 1)[0];
  if (receipt === undefined) throw new AppError('event_not_recorded', { message: 'append_batch returned no receipt' });
  return toEvent(pending.body, receipt);
}

/**
 * Completes a draft with what makes it unique: id, salt and the maker's clock. Throws for a malformed one: nothing can be
 * mended once it is in the log.
 */
export function mintBody(minting: Minting, draft: EventDraft): EventBody {
  const nowMs = minting.nowMs();
  return eventBody.parse({
    ...draft,
    id: mintUuid(nowMs, minting.randomBytes),
    salt: toBase64url(minting.randomBytes(16)),
    occurredAt: new Date(nowMs).toISOString(),
  });
}

/**
 * Carries out one batch for the append queue. After a lost connection nobody knows whether the batch was committed;
 * sending the same bytes again settles it, since a recorded event answers with its old receipt. A missing partition is
 * made. Whatever else the database refuses is tried in parts, so that neither a bad event nor a log that somebody holds
 * locked fails the others.
 */
export async function carryOutAppends(
  db: Pick<Database, 'raw'>,
  items: PendingAppend[],
): Promise<(AppendReceipt | Error)[]> {
  const mayRepeat = items.some((item) => item.mayRepeat);
  try {
    return await callAppendBatch(db, items, mayRepeat);
  } catch (error) {
    const code = findCode(error);
    const again = () => callAppendBatch(db, items, true).catch((failed) => items.map(() => toFailure(failed)));
    if (isDatabaseAway(error)) return again();
    if (code === noPartition) {
      await makePartitions(db);
      return again();
    }
    const parts = toParts(items, code === lockTimeout);
    if (parts.length === 1) return items.map(() => toFailure(error));
    const answers = new Map<PendingAppend, AppendReceipt | Error>();
    for (const part of parts) {
      const partAnswers = await carryOutAppends(db, part);
      for (const [index, item] of part.entries()) answers.set(item, partAnswers[index] ?? toFailure(error));
    }
    return items.map((item) => answers.get(item) ?? toFailure(error));
  }
}

const noPartition = '23514';
const lockTimeout = '55P03';

/** By account; the items of one account singly, unless it is the account itself that is in the way. */
function toParts(items: PendingAppend[], wholeAccounts: boolean): PendingAppend[][] {
  const accounts = new Set(items.map((item) => item.accountId));
  const byAccount = [...accounts].map((accountId) => items.filter((item) => item.accountId === accountId));
  return byAccount.length > 1 || wholeAccounts ? byAccount : items.map((item) => [item]);
}

async function callAppendBatch(
  db: Pick<Database, 'raw'>,
  items: PendingAppend[],
  mayRepeat: boolean,
): Promise<AppendReceipt[]> {
  const accountIds = items.map((item) => item.accountId);
  const bodies = items.map((item) => item.canonical);
  const rows = await db.raw<ReceiptRow[]>`
    select ordinal, seq, recorded_at, outcome from append_batch(${accountIds}::uuid[], ${bodies}::text[], ${mayRepeat})`;
  return toReceipts(rows, items.length);
}

interface ReceiptRow extends Record<string, unknown> {
  readonly ordinal: string;
  readonly seq: string;
  readonly recorded_at: string;
  readonly outcome: AppendReceipt['outcome'];
}

function toReceipts(rows: readonly ReceiptRow[], count: number): AppendReceipt[] {
  const byOrdinal = new Map(rows.map((row) => [Number(row.ordinal), row]));
  return Array.from({ length: count }, (_, index) => {
    const row = byOrdinal.get(index + 1);
    if (row === undefined) throw new Error(`append_batch left item ${index + 1} of ${count} unanswered`);
    return { seq: Number(row.seq), recordedAt: row.recorded_at, outcome: row.outcome };
  });
}

function toPending(accountId: string, body: EventBody, mayRepeat: boolean): PendingAppend {
  return { accountId, body, canonical: canonicalize({ ...body }), mayRepeat };
}

function toEvent(body: EventBody, receipt: AppendReceipt): AuditEvent {
  if (receipt.outcome === 'conflict') {
    throw new AppError('event_conflict', { message: `event ${body.id} is recorded with other content` });
  }
  const { salt: _salt, ...facts } = body;
  return { ...facts, seq: receipt.seq, recordedAt: receipt.recordedAt };
}

function toFailure(cause: unknown): AppError {
  return new AppError('event_not_recorded', { message: 'the event could not be stored', cause });
}
