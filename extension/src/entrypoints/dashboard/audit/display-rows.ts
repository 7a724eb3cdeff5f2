// What the list shows, row by row: events, folded events, the heads of days, the end of the local copy. Pure.

import type { AuditEvent } from '@keytrail/shared/event';
import { foldEvents, getOldest } from '../../../ui/fold-events.ts';
import { type EventRow, toEventRows } from '../../../ui/fold-rows.ts';

export type GroupBy = 'none' | 'day';

export type DisplayRow =
  | EventRow
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  /** The events above are kept by this browser, those below came from the server. */
  | { readonly kind: 'seam'; readonly key: 'seam' };

interface Layout {
  /** Ids of events whose fold is open; one of a fold's is enough. */
  readonly unfolded: ReadonlySet<string>;
  readonly groupBy: GroupBy;
  /** The oldest sequence number that this browser keeps without a gap; undefined where that is of no interest. */
  readonly cachedFrom: number | undefined;
  /** The day of an instant, in the reader's zone. */
  readonly toDay: (at: string) => string | number;
}

/** Lays out a run of events, newest first. */
export function toDisplayRows(events: readonly AuditEvent[], layout: Layout): DisplayRow[] {
  const { groupBy, cachedFrom, toDay } = layout;
  const isSeam = (newer: AuditEvent, older: AuditEvent) =>
    cachedFrom !== undefined && newer.seq >= cachedFrom && older.seq < cachedFrom;
  const isMidnight = (newer: AuditEvent | undefined, older: AuditEvent) =>
    groupBy === 'day' && (newer === undefined || toDay(newer.recordedAt) !== toDay(older.recordedAt));
  const rows: DisplayRow[] = [];
  let previous: AuditEvent | undefined;
  for (const fold of foldEvents(events, (newer, older) => isSeam(newer, older) || isMidnight(newer, older))) {
    const [newest] = fold;
    if (previous !== undefined && isSeam(previous, newest)) rows.push({ kind: 'seam', key: 'seam' });
    if (isMidnight(previous, newest)) {
      rows.push({ kind: 'day', key: `day ${toDay(newest.recordedAt)}`, at: newest.recordedAt });
    }
    rows.push(...toEventRows(fold, layout.unfolded));
    previous = getOldest(fold);
  }
  return rows;
}

/** Where each event is: the index of the row that shows it, by the event's id. */
export function indexRows(rows: readonly DisplayRow[]): Map<string, number> {
  const index = new Map<string, number>();
  for (const [at, row] of rows.entries()) {
    if (row.kind !== 'event') continue;
    if (row.place === 'folded') for (const { id } of row.fold) index.set(id, at);
    else index.set(row.event.id, at);
  }
  return index;
}
