// Which rows a list may let go of: those far from the reader, once it holds many events. Pure.

import type { DisplayRow } from './display-rows.ts';

/** So many events are held, however far the reader goes. */
const heldMax = 2_000;
/** So many rows stay on either side of the screen; fewer than this is not worth a cut. */
const nearRows = 150;

export interface Cut {
  readonly side: 'above' | 'below';
  /** How many rows are let go of above. */
  readonly rows: number;
  /** Above: how many events are let go of. Below: how many stay. */
  readonly events: number;
}

/** The cut to make for a reader who sees these rows; undefined for none. */
export function findCut(
  rows: readonly DisplayRow[],
  { startIndex, endIndex }: { readonly startIndex: number; readonly endIndex: number },
): Cut | undefined {
  if (countEvents(rows) <= heldMax) return undefined;
  if (startIndex > 2 * nearRows) {
    const at = toFoldStart(rows, startIndex - nearRows);
    return at === 0 ? undefined : { side: 'above', rows: at, events: countEvents(rows.slice(0, at)) };
  }
  if (rows.length - endIndex <= 2 * nearRows) return undefined;
  const at = toFoldStart(rows, endIndex + nearRows);
  return { side: 'below', rows: at, events: countEvents(rows.slice(0, at)) };
}

/** The row at or before an index where no fold is cut in two, nor a day from its head. */
function toFoldStart(rows: readonly DisplayRow[], index: number): number {
  let at = index;
  while (at > 0 && !startsFold(rows[at])) at--;
  while (at > 0 && rows[at - 1]?.kind !== 'event') at--;
  return at;
}

function startsFold(row: DisplayRow | undefined): boolean {
  return row?.kind === 'event' && row.place !== 'member' && row.place !== 'last';
}

/** How many events rows stand for. */
function countEvents(rows: readonly DisplayRow[]): number {
  return rows.reduce((sum, row) => sum + (row.kind !== 'event' ? 0 : row.place === 'folded' ? row.fold.length : 1), 0);
}
