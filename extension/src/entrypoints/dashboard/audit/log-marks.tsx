// Rows of the log that are no events: the head of a day, and the line where this browser's copy ends.

import { HardDrive } from 'lucide-react';
import { joinClasses } from '../../../ui/join-classes.ts';
import { toDayName } from '../../../ui/time.ts';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { placedClasses } from './log-columns.ts';

interface MarkProps {
  readonly topPx: number;
  readonly index: number;
  readonly rowIndex: number;
  readonly measure: (element: HTMLElement | null) => void;
}

/** The day of the events below it, as the reader counts days. */
export function DayRow({ at, topPx, index, rowIndex, measure }: MarkProps & { readonly at: string }) {
  const name = useTicking((nowMs) => toDayName(at, nowMs));
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={rowIndex}
      style={{ transform: `translateY(${topPx}px)` }}
      className={joinClasses(placedClasses, 'block border-b border-hairline bg-canvas')}
    >
      <th scope="rowgroup" colSpan={7} className="block px-2.5 pt-2 pb-1.25 text-start text-xs font-medium text-mute">
        {name}
      </th>
    </tr>
  );
}

/** Older events come from the server. */
export function SeamRow({ topPx, index, rowIndex, measure }: MarkProps) {
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={rowIndex}
      style={{ transform: `translateY(${topPx}px)` }}
      className={joinClasses(placedClasses, 'block border-b border-hairline bg-canvas')}
    >
      <td colSpan={7} className="flex items-center justify-center gap-1.5 px-2.5 py-1.5 text-xs text-faint">
        <HardDrive aria-hidden className="size-3.5 shrink-0" />
        {strings.audit.seam}
      </td>
    </tr>
  );
}
