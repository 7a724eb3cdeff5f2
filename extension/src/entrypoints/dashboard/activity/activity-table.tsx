// The chart's counts as a table, for those who read rather than look.

import { eventTypeLabels, eventTypes } from '@keytrail/shared/event';
import { strings } from '../strings.ts';
import { toBarTime } from './bar-words.ts';
import type { Activity } from './use-activity.ts';

const text = strings.activity;

/** Newest first, as the list below; times in which nothing happened are left out. */
export function ActivityTable({ activity }: { readonly activity: Activity }) {
  const types = eventTypes.filter((type) => activity.bars.some(({ counts }) => counts[type] !== undefined));
  const rows = activity.bars.filter(({ total }) => total > 0).reverse();
  return (
    // It scrolls by keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus.
    <section aria-label={text.title} tabIndex={0} className="h-full overflow-auto rounded-sm">
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-panel text-start text-faint">
          <tr>
            <th scope="col" className="py-0.5 pe-4 text-start font-medium">
              {text.columns.time}
            </th>
            <th scope="col" className="px-2 text-end font-medium">
              {text.columns.total}
            </th>
            {types.map((type) => (
              <th key={type} scope="col" className="px-2 text-end font-medium whitespace-nowrap">
                {eventTypeLabels[type]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((bar) => (
            <tr key={bar.fromMs} className="border-t border-hairline">
              <th scope="row" className="py-0.5 pe-4 text-start font-normal whitespace-nowrap">
                {toBarTime(bar)}
              </th>
              <td className="px-2 text-end">{bar.total.toLocaleString()}</td>
              {types.map((type) => (
                <td key={type} className="px-2 text-end text-mute">
                  {(bar.counts[type] ?? 0).toLocaleString()}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
