// When events happened: bars per hour or day above the list, from which a time is chosen. Its place has one height, so
// that nothing moves while it loads; the drawing itself comes in a chunk of its own, after the list.

import type { EventFilter } from '@keytrail/shared/event';
import { ChartColumn, Table2, ZoomOut } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import type { DateRange } from '../../../ui/date-range.ts';
import { IconButton } from '../../../ui/icon-button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { ActivityTable } from './activity-table.tsx';
import { toParts } from './bar-words.ts';
import type { Bar } from './bars.ts';
import { typeFills } from './type-fill.ts';
import { type Activity, useActivity } from './use-activity.ts';

const text = strings.activity;
const ActivityBars = lazy(async () => ({ default: (await import('./activity-bars.tsx')).ActivityBars }));

interface ActivityChartProps {
  /** Must keep its identity while it means the same. */
  readonly filter: EventFilter;
  readonly range: DateRange;
  readonly onRangeChange: (range: DateRange) => void;
  /** Grows with every event that the live stream brings. */
  readonly newestSeq: number | undefined;
  readonly offline: boolean;
}

/** A figure over the same events as the list. */
export function ActivityChart({ filter, range, onRangeChange, newestSeq, offline }: ActivityChartProps) {
  const { data, isPlaceholderData } = useActivity(filter, newestSeq, offline);
  const [asTable, setAsTable] = useState(false);
  const zoom = useZoom(range, onRangeChange);
  const place = useRef<HTMLDivElement>(null);
  const filled = data !== undefined && data.total > 0 && !offline;
  return (
    <figure
      aria-label={text.title}
      // The drawing learns of a narrower page a moment late; the page must not grow by it.
      className="group flex min-w-0 flex-col gap-1 overflow-x-clip rounded-lg border border-line bg-panel px-3 pt-2 pb-2"
    >
      <figcaption className="flex min-h-7 items-start gap-x-3">
        {filled && <Legend activity={data} />}
        <span className="ms-auto flex shrink-0 items-center gap-1">
          {range.kind === 'custom' && (
            <Button
              variant="ghost"
              size="small"
              onClick={() => {
                zoom.out();
                // The button goes; the keyboard stays at the chart.
                place.current?.querySelector<HTMLElement>('[role="listbox"]')?.focus();
              }}
            >
              <ZoomOut aria-hidden />
              {text.zoomOut}
            </Button>
          )}
          {filled && (
            <IconButton
              icon={asTable ? ChartColumn : Table2}
              label={asTable ? text.chart : text.table}
              onClick={() => setAsTable(!asTable)}
            />
          )}
        </span>
      </figcaption>
      <div
        ref={place}
        className={joinClasses('h-24 transition-opacity', isPlaceholderData && 'pointer-events-none opacity-60')}
      >
        <Content activity={data} offline={offline} asTable={asTable} onChoose={zoom.into} />
      </div>
    </figure>
  );
}

interface ContentProps {
  readonly activity: Activity | undefined;
  readonly offline: boolean;
  readonly asTable: boolean;
  readonly onChoose: (first: Bar, last: Bar) => void;
}

function Content({ activity, offline, asTable, onChoose }: ContentProps) {
  if (offline) return <Words>{text.offline}</Words>;
  if (activity === undefined) return <Waiting />;
  if (activity.total === 0) return <Words>{text.empty}</Words>;
  if (asTable) return <ActivityTable activity={activity} />;
  return (
    <Suspense fallback={<Waiting />}>
      <ActivityBars activity={activity} onChoose={onChoose} />
    </Suspense>
  );
}

/** Which types occur, and how often; a screen reader has it from the bars and the table. */
function Legend({ activity }: { readonly activity: Activity }) {
  const counts = new Map<string, number>();
  for (const { type, count } of activity.bars.flatMap(toParts)) counts.set(type, (counts.get(type) ?? 0) + count);
  const parts = toParts({ counts: Object.fromEntries(counts) });
  return (
    <span className="flex min-w-0 flex-wrap gap-x-3 gap-y-0.5 self-center text-2xs whitespace-nowrap text-mute group-has-[[role=listbox]:focus-visible]:invisible">
      {parts.map(({ type, label, count }) => (
        <span key={type} className="flex items-center gap-1.5">
          <span aria-hidden className={joinClasses('size-2 rounded-[2px]', typeFills[type].swatch)} />
          {label}
          <span className="text-faint">{count.toLocaleString()}</span>
        </span>
      ))}
    </span>
  );
}

function Words({ children }: { readonly children: ReactNode }) {
  return <p className="grid h-full place-items-center pb-4 text-center text-xs text-mute">{children}</p>;
}

function Waiting() {
  return (
    <div role="status" aria-label={strings.loading} className="flex h-20 items-end gap-1">
      {Array.from({ length: 24 }, (_, n) => `bar-${n}`).map((key, n) => (
        <span
          key={key}
          style={{ height: `${20 + ((n * 37) % 50)}%` }}
          className="flex-1 animate-pulse rounded-t-[2px] bg-sunken"
        />
      ))}
    </div>
  );
}

/** The way in, and the way back out: to the time before the last choice, or to all of it after a reload. */
function useZoom(range: DateRange, onRangeChange: (range: DateRange) => void) {
  const before = useRef<readonly DateRange[]>([]);
  return {
    into: (first: Bar, last: Bar) => {
      before.current = range.kind === 'custom' ? [...before.current, range] : [range];
      onRangeChange({
        kind: 'custom',
        from: new Date(first.fromMs).toISOString(),
        to: new Date(last.toMs).toISOString(),
      });
    },
    out: () => {
      const last = before.current.at(-1) ?? { kind: 'all' };
      before.current = before.current.slice(0, -1);
      onRangeChange(last);
    },
  };
}
