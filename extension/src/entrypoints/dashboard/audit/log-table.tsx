// The log as a table of which only the rows on the screen are drawn.

import type { AuditEvent } from '@keytrail/shared/event';
import { useEffect, useMemo, useRef } from 'react';
import type { EventRow } from '../../../ui/fold-rows.ts';
import { strings } from '../../../ui/strings.ts';
import { type DisplayRow, indexRows } from './display-rows.ts';
import { LogHead } from './log-head.tsx';
import { DayRow, SeamRow } from './log-marks.tsx';
import { LogRow } from './log-row.tsx';
import type { AuditEvents } from './use-audit-events.ts';
import { useLogKeys } from './use-log-keys.ts';
import { useLogScroll } from './use-log-scroll.ts';

interface LogTableProps {
  readonly log: AuditEvents;
  readonly rows: readonly DisplayRow[];
  /** Some fold is open: what the reader opened must not be pushed away. */
  readonly unfolded: boolean;
  readonly openId: string | undefined;
  readonly onOpen: (event: AuditEvent) => void;
  readonly onToggle: (row: EventRow) => void;
  readonly goToHead: () => Promise<void>;
}

/** Rows below this much scrolling are being read. */
const atTopPx = 8;

/** One row in the tab order; Up, Down, Page Up, Page Down, Home and End move it, Right and Left open and close folds. */
export function LogTable({ log, rows, unfolded, openId, onOpen, onToggle, goToHead }: LogTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const index = useMemo(() => indexRows(rows), [rows]);
  const keys = useLogKeys({
    rows,
    index,
    body,
    scrollTo: (at) => virtualizer.scrollToIndex(at, { align: 'auto' }),
    pageRows: () => Math.max(1, countShown() - 2),
    firstShown: () => virtualizer.getVirtualItemForOffset((virtualizer.scrollOffset ?? 0) + 100)?.index ?? 0,
    toggle: onToggle,
    goTo: async (end) => {
      if (end === 'head') await goToHead();
      else if (!log.atEnd) await log.window.goToEnd();
    },
  });
  const { virtualizer, listTop, spacerPx } = useLogScroll({
    log,
    rows,
    keptIndex: keys.currentIndex,
    anchored: (scrolledPx) => scrolledPx > atTopPx || unfolded || keys.hasFocus(),
    body,
  });
  const countShown = () => {
    const { range } = virtualizer;
    return range === null ? 1 : range.endIndex - range.startIndex;
  };
  const fresh = useMemo(() => new Set(log.fresh), [log.fresh]);
  useShowOpened(openId, index, keys);

  const rowsAbove = log.above.reduce((sum, part) => sum + part.rows, 0);
  const isWhole = log.atEnd && (log.atHead || log.above.length > 0);
  return (
    <div className="@container rounded-lg border border-line bg-panel">
      <table
        aria-label={strings.eventList.label}
        aria-rowcount={isWhole ? rowsAbove + rows.length + 1 : -1}
        className="block [overflow-anchor:none]"
      >
        <LogHead />
        <tbody
          ref={body}
          className="relative block"
          style={{ height: spacerPx + virtualizer.getTotalSize() }}
          {...keys.bodyProps}
        >
          {virtualizer.getVirtualItems().map(({ index: at, start }) => {
            const row = rows[at];
            if (row === undefined) return null;
            const place = {
              topPx: start - listTop,
              index: at,
              rowIndex: rowsAbove + at + 2,
              measure: virtualizer.measureElement,
            };
            if (row.kind === 'day') return <DayRow key={row.key} at={row.at} {...place} />;
            if (row.kind === 'seam') return <SeamRow key={row.key} {...place} />;
            return (
              <LogRow
                key={row.key}
                row={row}
                {...place}
                current={at === keys.tabIndex}
                open={openId !== undefined && index.get(openId) === at}
                fresh={fresh.has(row.event.id)}
                onOpen={onOpen}
                onToggle={keys.toggle}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Keeps the row of the event whose details are open on the screen, and the focus' way back to it. */
function useShowOpened(
  openId: string | undefined,
  index: ReadonlyMap<string, number>,
  keys: ReturnType<typeof useLogKeys>,
) {
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (openId === shown.current) return;
    const at = openId === undefined ? undefined : index.get(openId);
    if (openId !== undefined && at === undefined) return;
    shown.current = openId;
    if (openId !== undefined && at !== undefined) keys.show(openId, at);
  }, [openId, index, keys]);
}
