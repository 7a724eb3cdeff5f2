// The counters of a batch as `append_batch_counted` takes them, and its answers as receipts.

import type { AppendReceipt, PendingAppend } from '../base/context.ts';

/** The counters of all items, one after the other; null where no item has any. */
export interface BatchCounts {
  /** Whose they are: the item's place in the batch, from 1. */
  readonly items: number[];
  readonly keys: string[];
  readonly maxes: (number | null)[];
  readonly windows: (number | null)[];
  readonly clockTurnMs: number;
}

export const noCounts: BatchCounts = { items: [], keys: [], maxes: [], windows: [], clockTurnMs: 0 };

export function toBatchCounts(items: readonly PendingAppend[]): BatchCounts | null {
  const counts = items.flatMap((item, index) => item.counts.map((count) => ({ item: index + 1, ...count })));
  if (counts.length === 0) return null;
  return {
    items: counts.map(({ item }) => item),
    keys: counts.map(({ key }) => key),
    maxes: counts.map(({ usesMax }) => usesMax),
    windows: counts.map(({ windowMs }) => windowMs),
    clockTurnMs: Math.max(...items.map(({ clockTurnMs }) => clockTurnMs)),
  };
}

/** A row of either function's answer. */
export interface ReceiptRow extends Record<string, unknown> {
  readonly ordinal: string;
  /** Null of what was refused. */
  readonly seq: string | null;
  readonly recorded_at: string | null;
  readonly outcome: AppendReceipt['outcome'];
  readonly refused_by?: number | null;
  readonly retry_at_ms?: string | null;
}

/** The receipts in the order of the batch. */
export function toReceipts(rows: readonly ReceiptRow[], count: number): AppendReceipt[] {
  const byOrdinal = new Map(rows.map((row) => [Number(row.ordinal), row]));
  return Array.from({ length: count }, (_, index) => {
    const row = byOrdinal.get(index + 1);
    if (row === undefined) throw new Error(`append_batch left item ${index + 1} of ${count} unanswered`);
    return toReceipt(row);
  });
}

function toReceipt({ outcome, seq, recorded_at, refused_by, retry_at_ms }: ReceiptRow): AppendReceipt {
  if (outcome === 'outdated') return { outcome };
  if (outcome !== 'refused') return { outcome, seq: Number(seq), recordedAt: String(recorded_at) };
  const retryAtMs = retry_at_ms === null || retry_at_ms === undefined ? null : Number(retry_at_ms);
  return { outcome, counter: Number(refused_by), retryAtMs };
}
