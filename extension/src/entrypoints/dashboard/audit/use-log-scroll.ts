// Which rows of the log are drawn, and the window on the log that follows the reader: pages come in ahead of the scroll
// and go when it is far away, and nothing of that moves what is on the screen.

import { measureElement, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useMemo, useRef } from 'react';
import { toDrawnRows } from '../drawn-rows.ts';
import { useListTop } from '../use-list-top.ts';
import type { DisplayRow } from './display-rows.ts';
import { findCut } from './find-cut.ts';
import type { AuditEvents } from './use-audit-events.ts';

/** Rows drawn beyond the screen, so that a frame that comes late shows rows all the same. */
const overscan = 12;
/** Pages are asked for when so many rows are left. */
const aheadRows = 60;

interface LogScroll {
  readonly log: AuditEvents;
  readonly rows: readonly DisplayRow[];
  /** A row that is drawn wherever the reader is: the one with the focus. */
  readonly keptIndex: number | undefined;
  /** Whatever happens above, what is on the screen stays; otherwise new rows push the others down. */
  readonly anchored: (scrolledPx: number) => boolean;
  readonly body: RefObject<HTMLElement | null>;
}

/** The virtualiser, with the room that rows take which were let go of above. */
export function useLogScroll({ log, rows, keptIndex, anchored, body }: LogScroll) {
  const listTop = useListTop(body);
  const spacerPx = log.above.reduce((sum, { heightPx }) => sum + heightPx, 0);
  const heights = useRef(new Map<string, number>());
  const scrolledPx = useRef(0);
  const toShape = (index: number) => {
    const row = rows[index];
    return row?.kind === 'event' ? `event ${row.event.rule !== undefined}` : (row?.kind ?? '');
  };
  const virtualizer = useWindowVirtualizer<HTMLElement>({
    count: rows.length,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    // Rows of one shape are as high as each other, but for names that wrap.
    estimateSize: (index) => heights.current.get(toShape(index)) ?? 40,
    measureElement: (element, entry, instance) => {
      const height = measureElement(element, entry, instance);
      const index = instance.indexFromElement(element);
      heights.current.set(toShape(index), Math.min(height, heights.current.get(toShape(index)) ?? height));
      // A row that is as high as was estimated is not noted by itself, and estimates change.
      const laid = instance.measurementsCache[index];
      if (laid?.size === height) instance.itemSizeCache.set(laid.key, height);
      return height;
    },
    rangeExtractor: useCallback((range: Range) => toDrawnRows(range, keptIndex), [keptIndex]),
    overscan,
    scrollMargin: listTop + spacerPx,
    // The head of the table stays at the top of the screen.
    scrollPaddingStart: 96,
    scrollPaddingEnd: 16,
    anchorTo: anchored(scrolledPx.current) ? 'end' : 'start',
  });
  scrolledPx.current = virtualizer.scrollOffset ?? 0;

  useEffect(() => follow({ log, rows, virtualizer, topPx: listTop + spacerPx, spacerPx }));
  return useMemo(() => ({ virtualizer, listTop, spacerPx }), [virtualizer, listTop, spacerPx]);
}

interface Following {
  readonly log: AuditEvents;
  readonly rows: readonly DisplayRow[];
  readonly virtualizer: ReturnType<typeof useWindowVirtualizer<HTMLElement>>;
  /** Where the first row lies in the document. */
  readonly topPx: number;
  readonly spacerPx: number;
}

/** Moves the window on the log after the reader, one step at a time. */
function follow({ log, rows, virtualizer, topPx, spacerPx }: Following): void {
  const { range, scrollOffset, scrollRect } = virtualizer;
  const { window } = log;
  if (range === null || log.busy !== undefined || log.failure !== undefined || log.events.length === 0) return;
  const bottomPx = (scrollOffset ?? 0) + (scrollRect?.height ?? 0);
  if (spacerPx > 0 && bottomPx < topPx) {
    void window.goToPart(findPart(log.above, bottomPx - (topPx - spacerPx)));
  } else if (!log.atEnd && range.endIndex >= rows.length - aheadRows) {
    void window.loadOlder();
  } else if (!log.atHead && range.startIndex <= aheadRows) {
    void window.loadNewer();
  } else {
    letGo({ log, rows, virtualizer, topPx }, range);
  }
}

function letGo(
  { log, rows, virtualizer, topPx }: Omit<Following, 'spacerPx'>,
  range: { startIndex: number; endIndex: number },
) {
  const cut = findCut(rows, range);
  if (cut === undefined) return;
  if (cut.side === 'below') return log.window.dropOldest(cut.events);
  const start = virtualizer.measurementsCache[cut.rows]?.start;
  if (start === undefined) return;
  log.window.dropNewest(cut.events, { heightPx: start - topPx, rows: cut.rows });
  // Heights of rows that are gone would pile up.
  const held = new Set<unknown>(rows.map(({ key }) => key));
  for (const key of virtualizer.itemSizeCache.keys()) if (!held.has(key)) virtualizer.itemSizeCache.delete(key);
}

/** The part that lies at a place in the room which the parts leave. */
function findPart(parts: AuditEvents['above'], atPx: number): number {
  let endPx = 0;
  const index = parts.findIndex(({ heightPx }) => {
    endPx += heightPx;
    return endPx > atPx;
  });
  return index < 0 ? parts.length - 1 : index;
}
