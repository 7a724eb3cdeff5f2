// The functions in the database that record, as they are called: for the events of many accounts at once, or, on a cluster,
// for those of one, where its log lies.

import { sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import type { AppendReceipt, PendingAppend } from '../base/context.ts';
import type { Database, Transaction } from '../base/db.ts';
import { noCounts, type ReceiptRow, toBatchCounts, toReceipts } from './append-counts.ts';

export type AppendDatabase = Pick<Database, 'raw' | 'appends' | 'distributed'>;

/** Bodies as one text: canonical JSON holds no line break, and as members of an array all their quotes would be escaped. */
function toLines(items: readonly PendingAppend[]): string {
  return items.map(({ canonical }) => canonical).join('\n');
}

/** Up to so many are recorded one by one, in one transaction all the same. */
const fewMax = 4;

/** Records a batch in a transaction of its own. On a cluster the items are of one account. */
export function callAppend(
  { appends, distributed }: AppendDatabase,
  items: PendingAppend[],
  mayRepeat: boolean,
): Promise<AppendReceipt[]> {
  return appends.use((raw) => callOn(raw, distributed, items, mayRepeat));
}

async function callOn(
  raw: Sql,
  distributed: boolean,
  items: PendingAppend[],
  mayRepeat: boolean,
): Promise<AppendReceipt[]> {
  const counts = toBatchCounts(items);
  const [first] = items;
  if (!distributed && first !== undefined) {
    const areExpecting = items.some(({ settingsVersion }) => settingsVersion !== null);
    const areUses = counts !== null || areExpecting;
    if (items.length === 1 && areUses && !mayRepeat) return callOne(raw, first);
    if (areExpecting || (items.length > 1 && items.length <= fewMax && !mayRepeat)) {
      return callExpecting(raw, items, mayRepeat);
    }
  }
  const accountIds = items.map((item) => item.accountId);
  const whose = distributed ? raw`${accountIds[0] ?? null}::uuid` : raw`${accountIds}::uuid[]`;
  // A worker is handed a call only with its arguments as they are.
  const bodies = distributed
    ? raw`${items.map(({ canonical }) => canonical)}::text[]`
    : raw`string_to_array(${toLines(items)}, E'\\n')`;
  if (counts === null) {
    const name = distributed ? raw`append_for_account` : raw`append_batch`;
    const rows = await raw<ReceiptRow[]>`
      select ordinal, seq, recorded_at, outcome from ${name}(${whose}, ${bodies}, ${mayRepeat})`;
    return toReceipts(rows, items.length);
  }
  const name = distributed ? raw`append_for_account_counted` : raw`append_batch_counted`;
  const rows = await raw<ReceiptRow[]>`
    select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms
    from ${name}(${whose}, ${bodies}, ${mayRepeat}, ${counts.items}::integer[],
      ${counts.keys}::text[], ${counts.maxes}::bigint[], ${counts.windows}::bigint[], ${counts.clockTurnMs}::bigint)`;
  return toReceipts(rows, items.length);
}

async function callOne(raw: Sql, item: PendingAppend): Promise<AppendReceipt[]> {
  const counts = toBatchCounts([item]) ?? noCounts;
  const rows = await raw<ReceiptRow[]>`
    select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms
    from append_use(${item.accountId}::uuid, ${item.canonical}, ${item.settingsVersion}::bigint,
      ${counts.keys}::text[], ${counts.maxes}::bigint[], ${counts.windows}::bigint[], ${item.clockTurnMs}::bigint)`;
  return toReceipts(rows, 1);
}

/** Where some are outdated, the others are still to be recorded. */
async function callExpecting(raw: Sql, items: PendingAppend[], mayRepeat: boolean): Promise<AppendReceipt[]> {
  const rows = await callUses(raw, items, mayRepeat);
  if (rows.length === items.length) return toReceipts(rows, items.length);
  const outdated = new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
  const others = items.filter((_item, index) => !outdated.has(index));
  const receipts = others.length === 0 ? [] : await callOn(raw, false, others, mayRepeat);
  const left = receipts.values();
  return items.map((_item, index) => {
    const receipt = outdated.has(index) ? ({ outcome: 'outdated' } as const) : left.next().value;
    if (receipt === undefined) throw new Error(`append_uses left item ${index + 1} of ${items.length} unanswered`);
    return receipt;
  });
}

function callUses(raw: Sql, items: PendingAppend[], mayRepeat: boolean) {
  const counts = toBatchCounts(items) ?? noCounts;
  return raw<ReceiptRow[]>`
    select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms
    from append_uses(${items.map(({ accountId }) => accountId)}::uuid[], string_to_array(${toLines(items)}, E'\\n'),
      ${items.map(({ settingsVersion }) => settingsVersion)}::bigint[], ${mayRepeat}, ${counts.items}::integer[],
      ${counts.keys}::text[], ${counts.maxes}::bigint[], ${counts.windows}::bigint[], ${counts.clockTurnMs}::bigint)`;
}

/** Records events of one account, in their order, in the caller's transaction. */
export async function callAppendIn(
  tx: Transaction,
  { distributed }: Pick<Database, 'distributed'>,
  accountId: string,
  items: readonly PendingAppend[],
): Promise<AppendReceipt[]> {
  const rows = await tx.execute<ReceiptRow>(toCall(distributed, accountId, items));
  const receipts = toReceipts(rows, items.length);
  if (distributed && receipts.some(({ outcome }) => outcome === 'recorded')) {
    await tx.execute(sql`select ${toNotification(accountId)}`);
  }
  return receipts;
}

function toCall(distributed: boolean, accountId: string, items: readonly PendingAppend[]) {
  const whose = distributed ? sql`${accountId}::uuid` : sql`${sql.param(items.map(() => accountId))}::uuid[]`;
  const bodies = distributed
    ? sql`${sql.param(items.map(({ canonical }) => canonical))}::text[]`
    : sql`string_to_array(${toLines(items)}, E'\\n')`;
  const given = sql`${whose}, ${bodies}, false`;
  // Once for the transaction, however many rows there are. A worker's notification would reach nobody.
  const told = distributed ? sql`` : sql`, ${toNotification(accountId)}`;
  const counts = toBatchCounts(items);
  if (counts === null) {
    const name = distributed ? sql`append_for_account` : sql`append_batch`;
    return sql`select ordinal, seq, recorded_at, outcome${told} from ${name}(${given})`;
  }
  const name = distributed ? sql`append_for_account_counted` : sql`append_batch_counted`;
  return sql`select ordinal, seq, recorded_at, outcome, refused_by, retry_at_ms${told} from ${name}(${given},
      ${sql.param(counts.items)}::integer[], ${sql.param(counts.keys)}::text[], ${sql.param(counts.maxes)}::bigint[],
      ${sql.param(counts.windows)}::bigint[], ${counts.clockTurnMs}::bigint)`;
}

/** Wakes whoever reads this log, by the commit. */
function toNotification(accountId: string) {
  return sql`pg_notify('keytrail_events', ${accountId})`;
}
