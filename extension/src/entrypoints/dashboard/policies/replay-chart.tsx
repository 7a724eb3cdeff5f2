// The days of a replay as a chart, or as a table for those who read rather than look.

import { ChartColumn, Table2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { IconButton } from '../../../ui/icon-button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { type ReplayDay, toDayText } from './replay.ts';

const text = strings.policies.replayPanel;
const ReplayBars = lazy(async () => ({ default: (await import('./replay-bars.tsx')).ReplayBars }));

/** The line above the bars tells of the day under the pointer. */
export function ReplayChart({ byDay }: { readonly byDay: readonly ReplayDay[] }) {
  const [hovered, setHovered] = useState<ReplayDay | null>(null);
  const [asTable, setAsTable] = useState(false);
  return (
    <figure aria-label={text.chart} className="flex min-w-0 flex-col gap-1">
      <figcaption className="flex min-h-7 items-center gap-3 text-2xs text-mute">
        {hovered === null || asTable ? (
          <>
            <Swatch fill="bg-blue" name={text.passed} />
            <Swatch fill="bg-red" name={text.blocked} />
          </>
        ) : (
          <span>{text.bar(toDayText(hovered.day, 'full'), hovered.judged, hovered.blocked)}</span>
        )}
        <IconButton
          icon={asTable ? ChartColumn : Table2}
          label={asTable ? text.asChart : text.table}
          onClick={() => setAsTable(!asTable)}
          className="ms-auto"
        />
      </figcaption>
      {asTable ? (
        <Table days={byDay} />
      ) : (
        <Suspense fallback={<div className="h-26 animate-pulse rounded-md bg-sunken" />}>
          <ReplayBars days={byDay} onHover={setHovered} />
        </Suspense>
      )}
    </figure>
  );
}

function Swatch({ fill, name }: { readonly fill: string; readonly name: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden className={joinClasses('size-2 rounded-[2px]', fill)} />
      {name}
    </span>
  );
}

/** Newest first; days without uses are left out. */
function Table({ days }: { readonly days: readonly ReplayDay[] }) {
  const used = days.filter(({ judged }) => judged > 0).toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus.
    <section aria-label={text.chart} tabIndex={0} className="h-26 overflow-auto rounded-sm">
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-panel text-faint">
          <tr>
            <th scope="col" className="py-0.5 pe-4 text-start font-medium">
              {text.day}
            </th>
            <th scope="col" className="px-2 text-end font-medium">
              {text.passed}
            </th>
            <th scope="col" className="px-2 text-end font-medium">
              {text.blocked}
            </th>
          </tr>
        </thead>
        <tbody>
          {used.map(({ day, judged, blocked }) => (
            <tr key={day} className="border-t border-hairline">
              <th scope="row" className="py-0.5 pe-4 text-start font-normal whitespace-nowrap">
                {toDayText(day, 'full')}
              </th>
              <td className="px-2 text-end text-mute">{(judged - blocked).toLocaleString()}</td>
              <td className="px-2 text-end">{blocked.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
