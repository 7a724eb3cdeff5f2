// A list of any length, of which only the rows around the screen are drawn, and its keyboard: one row is in the tab order, and
// the keys move it.

import { type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { toDrawnRows } from '../drawn-rows.ts';
import { useListTop } from '../use-list-top.ts';

/** Rows drawn beyond the screen, so that a frame that comes late shows rows all the same. */
const overscan = 12;
/** About what a row takes; each is measured as it is drawn. */
const rowPx = 51;

/** Where each key leads, from a row to a row. */
const moves: Record<string, (index: number, last: number, page: number) => number> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index, _last, page) => index + page,
  PageUp: (index, _last, page) => index - page,
  Home: () => 0,
  End: (_index, last) => last,
};

/** @param ids the rows in their order. Their focusable elements carry `data-row`. */
export function useDrawnList(ids: readonly string[]) {
  const body = useRef<HTMLTableSectionElement>(null);
  const places = useMemo(() => new Map(ids.map((id, index) => [id, index])), [ids]);
  const [focused, setFocused] = useState<string>();
  /** What takes the focus once it is drawn. */
  const wanted = useRef<string>(undefined);
  // The row that had the focus may have been filtered away.
  const keptIndex = focused === undefined ? undefined : places.get(focused);
  const scrollMargin = useListTop(body);
  const virtualizer = useWindowVirtualizer<HTMLTableRowElement>({
    count: ids.length,
    getItemKey: useCallback((index: number) => ids[index] ?? index, [ids]),
    estimateSize: () => rowPx,
    rangeExtractor: useCallback((range: Range) => toDrawnRows(range, keptIndex), [keptIndex]),
    overscan,
    scrollMargin,
    scrollPaddingStart: 16,
    scrollPaddingEnd: 16,
  });

  /** Puts the focus where it is wanted as soon as that row is drawn. */
  function settle() {
    const row = wanted.current && body.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"]`);
    if (!row) return;
    wanted.current = undefined;
    row.focus({ preventScroll: true });
  }
  useLayoutEffect(settle);

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const move = moves[event.key];
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null;
    const at = places.get(row?.dataset.row ?? '');
    if (move === undefined || at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const { range } = virtualizer;
    const page = range === null ? 1 : Math.max(1, range.endIndex - range.startIndex - 2);
    const next = Math.min(ids.length - 1, Math.max(0, move(at, ids.length - 1, page)));
    event.preventDefault();
    wanted.current = ids[next];
    setFocused(ids[next]);
    virtualizer.scrollToIndex(next, { align: 'auto' });
    settle();
  }

  function onFocus(event: FocusEvent<HTMLElement>) {
    const row = event.target.closest('[data-row]');
    if (row instanceof HTMLElement) setFocused(row.dataset.row);
  }

  return {
    bodyProps: { ref: body, onKeyDown, onFocus },
    drawn: toSpacedRows(virtualizer.getVirtualItems(), virtualizer.getTotalSize(), scrollMargin),
    measure: virtualizer.measureElement,
    /** Spread on the row's focusable element. */
    toRowProps: (id: string) => ({
      'data-row': id,
      tabIndex: id === (keptIndex === undefined ? ids[0] : focused) ? (0 as const) : (-1 as const),
    }),
  };
}

interface DrawnRow {
  readonly index: number;
  /** The room of the rows above it that are not drawn. */
  readonly gapPx: number;
}

interface SpacedRows {
  readonly rows: readonly DrawnRow[];
  readonly restPx: number;
}

/** The drawn rows with the room between them. */
function toSpacedRows(
  items: readonly { readonly index: number; readonly start: number; readonly end: number }[],
  totalPx: number,
  topPx: number,
): SpacedRows {
  let endPx = topPx;
  const rows = items.map(({ index, start, end }) => {
    const gapPx = start - endPx;
    endPx = end;
    return { index, gapPx };
  });
  return { rows, restPx: topPx + totalPx - endPx };
}
