// The one writer of events. An event counts as recorded when a function here has returned it, not before.

import { toBase64url } from '@keytrail/shared/bytes';
import { canonicalize } from '@keytrail/shared/canonical';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventBody, EventDraft } from '@keytrail/shared/event';
import { eventBody } from '@keytrail/shared/event-schema';
import { mintUuid } from '@keytrail/shared/ids';
import { sql } from 'drizzle-orm';
import type { AppendReceipt, Context, PendingAppend, Refusal, UseCount } from '../base/context.ts';
import { type Database, findCode, isDatabaseAway, type Transaction } from '../base/db.ts';
import { type BatchCounts, type ReceiptRow, toBatchCounts, toReceipts } from './append-counts.ts';
import { makePartitions } from './partitions.ts';
import { rollUpWhenDue } from './roll-up.ts';

type Minting = Pick<Context, 'nowMs' | 'clockTurnMs' | 'randomBytes'>;

/** What became of an event that counts as uses: it was recorded and all of them counted, or nothing was written. */
export type CountedAppend = { readonly outcome: 'recorded'; readonly event: AuditEvent } | Refusal;

/**
 * Records one event in an account's log and returns it once it is durable. Callers of one moment share a commit.
 * With `counts` the event is recorded only if all of them have room, decided under the lock that orders the log: exact
 * whatever else is under way, on this node or another.
 * Throws `event_not_recorded` when it could not be stored: release nothing then.
 */
export function append(ctx: Context, accountId: string, draft: EventDraft): Promise<AuditEvent>;
export function append(
  ctx: Context,
  accountId: string,
  draft: EventDraft,
  counts: readonly UseCount[],
): Promise<CountedAppend>;
export async function append(
  ctx: Context,
  accountId: string,
  draft: EventDraft,
  counts?: readonly UseCount[],
): Promise<AuditEvent | CountedAppend> {
  const answer = await enqueue(ctx, toPending(ctx, accountId, mintBody(ctx, draft), counts));
  return counts === undefined ? getEvent(answer) : answer;
}

/** Records an event whose id was minted elsewhere. The same bytes again get the receipt of the first time. */
export async function appendBody(ctx: Context, accountId: string, body: EventBody): Promise<AuditEvent> {
  return getEvent(await enqueue(ctx, { ...toPending(ctx, accountId, body), mayRepeat: true }));
}

async function enqueue(ctx: Context, pending: PendingAppend): Promise<CountedAppend> {
  const answer = toAnswer(pending.body, await ctx.appends.enqueue(pending));
  if (answer.outcome === 'recorded') rollUpWhenDue(ctx, pending.accountId, answer.event);
  return answer;
}

/**
 * Records events in the caller's own transaction: they stand if and only if the change does. Holds the account's
 * head row until that transaction ends, so it comes last in it. A refusal writes nothing and leaves the transaction
 * to its caller.
 */
export function appendIn(tx: Transaction, minting: Minting, accountId: string, draft: EventDraft): Promise<AuditEvent>;
export function appendIn(
  tx: Transaction,
  minting: Minting,
  accountId: string,
  draft: EventDraft,
  counts: readonly UseCount[],
): Promise<CountedAppend>;
export async function appendIn(
  tx: Transaction,
  minting: Minting,
  accountId: string,
  draft: EventDraft,
  counts?: readonly UseCount[],
): Promise<AuditEvent | CountedAppend> {
  const pending = toPending(minting, accountId, mintBody(minting, draft), counts);
  const receipt = toReceipts(await callIn(tx, pending), 1)[0];
  if (receipt === undefined) throw new AppError('event_not_recorded', { message: 'append_batch returned no receipt' });
  const answer = toAnswer(pending.body, receipt);
  return counts === undefined ? getEvent(answer) : answer;
}

function callIn(tx: Transaction, pending: PendingAppend): PromiseLike<ReceiptRow[]> {
  const given = sql`array[${pending.accountId}]::uuid[], array[${pending.canonical}]::text[], false`;
  const counts = toBatchCounts([pending]);
  if (counts === null) return tx.execute(sql`select ordinal, seq, recorded_at, outcome from append_batch(${given})`);
  const { items, keys, maxes, windows, clockTurnMs } = counts;
  const toArray = (values: readonly unknown[]) =>
    sql`array[${sql.join(
      values.map((value) => sql`${value}`),
      sql`, `,
    )}]`;
  return tx.execute(
    sql`select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms from append_batch_counted(${given},
      ${toArray(items)}::integer[], ${toArray(keys)}::text[], ${toArray(maxes)}::bigint[], ${toArray(windows)}::bigint[],
      ${clockTurnMs}::bigint)`,
  );
}

/**
 * Completes a draft with what makes it unique: id, salt and the maker's clock. Throws for a malformed one: nothing can be
 * mended once it is in the log.
 */
export function mintBody(minting: Pick<Minting, 'nowMs' | 'randomBytes'>, draft: EventDraft): EventBody {
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
  const counts = toBatchCounts(items);
  const rows = await (counts === null
    ? db.raw<ReceiptRow[]>`
        select ordinal, seq, recorded_at, outcome
        from append_batch(${accountIds}::uuid[], ${bodies}::text[], ${mayRepeat})`
    : callCounted(db, accountIds, bodies, mayRepeat, counts));
  return toReceipts(rows, items.length);
}

function callCounted(
  db: Pick<Database, 'raw'>,
  accountIds: string[],
  bodies: string[],
  mayRepeat: boolean,
  { items, keys, maxes, windows, clockTurnMs }: BatchCounts,
) {
  return db.raw<ReceiptRow[]>`
    select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms
    from append_batch_counted(${accountIds}::uuid[], ${bodies}::text[], ${mayRepeat}, ${items}::integer[],
      ${keys}::text[], ${maxes}::bigint[], ${windows}::bigint[], ${clockTurnMs}::bigint)`;
}

/** Forgets when uses were that no limit looks back to any more. */
export async function pruneUseTimes(db: Pick<Database, 'raw'>): Promise<void> {
  await db.raw`select prune_use_times()`;
}

function toPending(
  minting: Minting,
  accountId: string,
  body: EventBody,
  counts: readonly UseCount[] = [],
): PendingAppend {
  const canonical = canonicalize({ ...body });
  return { accountId, body, canonical, mayRepeat: false, counts, clockTurnMs: minting.clockTurnMs() };
}

function toAnswer(body: EventBody, receipt: AppendReceipt): CountedAppend {
  if (receipt.outcome === 'refused') return receipt;
  if (receipt.outcome === 'conflict') {
    throw new AppError('event_conflict', { message: `event ${body.id} is recorded with other content` });
  }
  const { salt: _salt, ...facts } = body;
  return { outcome: 'recorded', event: { ...facts, seq: receipt.seq, recordedAt: receipt.recordedAt } };
}

/** For what carries no counters, which nothing refuses. */
function getEvent(answer: CountedAppend): AuditEvent {
  if (answer.outcome === 'recorded') return answer.event;
  throw new AppError('event_not_recorded', { message: 'an event without counters was refused' });
}

function toFailure(cause: unknown): AppError {
  return new AppError('event_not_recorded', { message: 'the event could not be stored', cause });
}
