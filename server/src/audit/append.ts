// The one writer of events. An event counts as recorded when a function here has returned it, not before.

import { toBase64url } from '@keytrail/shared/bytes';
import { canonicalize } from '@keytrail/shared/canonical';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventBody, EventDraft } from '@keytrail/shared/event';
import { eventBody } from '@keytrail/shared/event-schema';
import { holdsKey, mintUuid, withoutKeys } from '@keytrail/shared/ids';
import type { AppendReceipt, Context, Outdated, PendingAppend, Refusal, UseCount } from '../base/context.ts';
import { type Database, findCode, isDatabaseAway, type Transaction } from '../base/db.ts';
import { type AppendDatabase, callAppend, callAppendIn } from './append-calls.ts';
import { type Following, followUp } from './follow-up.ts';
import { makePartitions } from './partitions.ts';

type Minting = Pick<Context, 'nowMs' | 'clockTurnMs' | 'randomBytes'>;

/** A server sees to what follows from an event; behind a command of the operator's, the servers do at their next look. */
type Appending = Minting & Partial<Following> & { readonly db: Pick<Database, 'distributed'> };

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
  const answer = getCounted(await enqueue(ctx, toPending(ctx, accountId, mintBody(ctx, draft), counts)));
  return counts === undefined ? getEvent(answer) : answer;
}

/**
 * Records a use that was decided by what had been loaded before: only while the account's settings still have that version,
 * which is decided with the counters. Not on a cluster, where nothing is told apart by versions.
 */
export function appendAsOf(
  ctx: Context,
  accountId: string,
  draft: EventDraft,
  { counts, settingsVersion }: Pick<PendingAppend, 'counts' | 'settingsVersion'>,
): Promise<CountedAppend | Outdated> {
  return enqueue(ctx, { ...toPending(ctx, accountId, mintBody(ctx, draft), counts), settingsVersion });
}

/** How long an event may wait for others whose commit it can share, where nobody waits for it. */
const behindMs = 50;

/** Records an event that nobody waits for: with the next that somebody does, if there is one soon. */
export async function appendBehind(ctx: Context, accountId: string, draft: EventDraft): Promise<AuditEvent> {
  return getEvent(getCounted(await enqueue(ctx, toPending(ctx, accountId, mintBody(ctx, draft)), behindMs)));
}

/** Records an event whose id was minted elsewhere. The same bytes again get the receipt of the first time. */
export async function appendBody(ctx: Context, accountId: string, body: EventBody): Promise<AuditEvent> {
  return getEvent(getCounted(await enqueue(ctx, { ...toPending(ctx, accountId, body), mayRepeat: true })));
}

async function enqueue(ctx: Context, pending: PendingAppend, patienceMs = 0): Promise<CountedAppend | Outdated> {
  const answer = toAnswer(pending.body, await ctx.appends.enqueue(pending, patienceMs));
  if (answer.outcome === 'recorded') followUp(ctx, pending.accountId, answer.event);
  return answer;
}

/**
 * Records events in the caller's own transaction: they stand if and only if the change does. Holds the account's
 * head row until that transaction ends, so it comes last in it. A refusal writes nothing and leaves the transaction
 * to its caller. What follows from the event is asked for before that end: who looks too early finds it at the next look.
 */
export function appendIn(tx: Transaction, ctx: Appending, accountId: string, draft: EventDraft): Promise<AuditEvent>;
export function appendIn(
  tx: Transaction,
  ctx: Appending,
  accountId: string,
  draft: EventDraft,
  counts: readonly UseCount[],
): Promise<CountedAppend>;
export async function appendIn(
  tx: Transaction,
  ctx: Appending,
  accountId: string,
  draft: EventDraft,
  counts?: readonly UseCount[],
): Promise<AuditEvent | CountedAppend> {
  const pending = toPending(ctx, accountId, mintBody(ctx, draft), counts);
  const [receipt] = await callAppendIn(tx, ctx.db, accountId, [pending]);
  if (receipt === undefined) throw new AppError('event_not_recorded', { message: 'append_batch returned no receipt' });
  const answer = getCounted(toAnswer(pending.body, receipt));
  if (answer.outcome === 'recorded') followUp(ctx, accountId, answer.event);
  return counts === undefined ? getEvent(answer) : answer;
}

/** The same for many events without counters, in one call of the database: numbered and answered in their order. */
export async function appendManyIn(
  tx: Transaction,
  ctx: Appending,
  accountId: string,
  drafts: readonly EventDraft[],
): Promise<AuditEvent[]> {
  if (drafts.length === 0) return [];
  const items = drafts.map((draft) => toPending(ctx, accountId, mintBody(ctx, draft)));
  const receipts = await callAppendIn(tx, ctx.db, accountId, items);
  const events = receipts.flatMap((receipt, index) => {
    const item = items[index];
    return item === undefined ? [] : [getEvent(getCounted(toAnswer(item.body, receipt)))];
  });
  for (const event of events) followUp(ctx, accountId, event);
  return events;
}

/**
 * Completes a draft with what makes it unique: id, salt and the maker's clock. Throws for a malformed one: nothing can be
 * mended once it is in the log. Keys of ours are taken out, wherever a caller put one: in a service's name, say.
 */
export function mintBody(minting: Pick<Minting, 'nowMs' | 'randomBytes'>, draft: EventDraft): EventBody {
  const nowMs = minting.nowMs();
  // The draft last: adding members to a copy takes Node twenty times as long as copying them beside others.
  return eventBody.parse({
    id: mintUuid(nowMs, minting.randomBytes),
    salt: toBase64url(minting.randomBytes(16)),
    occurredAt: new Date(nowMs).toISOString(),
    ...toKeyless(draft),
  });
}

function toKeyless(draft: EventDraft): EventDraft {
  if (!Object.values(draft).flat().some(mayHoldKey)) return draft;
  return JSON.parse(withoutKeys(JSON.stringify(draft)));
}

function mayHoldKey(value: unknown): boolean {
  return typeof value === 'string' && holdsKey(value);
}

/**
 * Carries out one batch for the append queue. After a lost connection nobody knows whether the batch was committed;
 * sending the same bytes again settles it, since a recorded event answers with its old receipt. A missing partition is
 * made. Whatever else the database refuses is tried in parts, so that neither a bad event nor a log that somebody holds
 * locked fails the others.
 */
export function carryOutAppends(db: AppendDatabase, items: PendingAppend[]): Promise<(AppendReceipt | Error)[]> {
  return db.distributed ? carryOutByAccount(db, items) : carryOutTogether(db, items);
}

/** On a cluster each account's log lies on one worker: a call is for one account, and the workers work side by side. */
async function carryOutByAccount(db: AppendDatabase, items: PendingAppend[]): Promise<(AppendReceipt | Error)[]> {
  const parts = groupByAccount(items);
  const answers = await Promise.all(parts.map((part) => carryOutTogether(db, part)));
  return inOrder(items, parts, answers);
}

async function carryOutTogether(db: AppendDatabase, items: PendingAppend[]): Promise<(AppendReceipt | Error)[]> {
  const mayRepeat = items.some((item) => item.mayRepeat);
  try {
    return await callAppend(db, items, mayRepeat);
  } catch (error) {
    const code = findCode(error);
    const again = () => callAppend(db, items, true).catch((failed) => items.map(() => toFailure(failed)));
    if (isDatabaseAway(error)) return again();
    if (code === noPartition) {
      await makePartitions(db);
      return again();
    }
    const parts = toParts(items, code === lockTimeout);
    if (parts.length === 1) return items.map(() => toFailure(error));
    const answers: (AppendReceipt | Error)[][] = [];
    for (const part of parts) answers.push(await carryOutTogether(db, part));
    return inOrder(items, parts, answers);
  }
}

const noPartition = '23514';
const lockTimeout = '55P03';

/** By account; the items of one account singly, unless it is the account itself that is in the way. */
function toParts(items: PendingAppend[], wholeAccounts: boolean): PendingAppend[][] {
  const byAccount = groupByAccount(items);
  return byAccount.length > 1 || wholeAccounts ? byAccount : items.map((item) => [item]);
}

function groupByAccount(items: PendingAppend[]): PendingAppend[][] {
  const accounts = new Map<string, PendingAppend[]>();
  for (const item of items) {
    const part = accounts.get(item.accountId);
    if (part === undefined) accounts.set(item.accountId, [item]);
    else part.push(item);
  }
  return [...accounts.values()];
}

/** The answers of the parts, in the order of the items. */
function inOrder(
  items: PendingAppend[],
  parts: PendingAppend[][],
  answers: (AppendReceipt | Error)[][],
): (AppendReceipt | Error)[] {
  const byItem = new Map(parts.flatMap((part, p) => part.map((item, i) => [item, answers[p]?.[i]] as const)));
  return items.map((item) => byItem.get(item) ?? toFailure(new Error('a part of the batch was not answered')));
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
  const clockTurnMs = minting.clockTurnMs();
  return { accountId, body, canonical, mayRepeat: false, counts, settingsVersion: null, clockTurnMs };
}

function toAnswer(body: EventBody, receipt: AppendReceipt): CountedAppend | Outdated {
  if (receipt.outcome === 'refused' || receipt.outcome === 'outdated') return receipt;
  if (receipt.outcome === 'conflict') {
    throw new AppError('event_conflict', { message: `event ${body.id} is recorded with other content` });
  }
  const { salt: _salt, ...facts } = body;
  return { outcome: 'recorded', event: { seq: receipt.seq, recordedAt: receipt.recordedAt, ...facts } };
}

/** For what goes by no version. */
function getCounted(answer: CountedAppend | Outdated): CountedAppend {
  if (answer.outcome !== 'outdated') return answer;
  throw new AppError('event_not_recorded', { message: 'an event that goes by no version was outdated' });
}

/** For what carries no counters, which nothing refuses. */
function getEvent(answer: CountedAppend): AuditEvent {
  if (answer.outcome === 'recorded') return answer.event;
  throw new AppError('event_not_recorded', { message: 'an event without counters was refused' });
}

function toFailure(cause: unknown): AppError {
  return new AppError('event_not_recorded', { message: 'the event could not be stored', cause });
}
