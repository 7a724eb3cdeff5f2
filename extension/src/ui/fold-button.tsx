// Says how many events a row stands for, and opens and closes them.

import { ChevronDown } from 'lucide-react';
import { toSpanMs } from './fold-events.ts';
import type { EventRow } from './fold-rows.ts';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';
import { toDuration } from './time.ts';

interface FoldButtonProps {
  readonly row: EventRow;
  readonly tabIndex: 0 | -1;
  readonly onToggle: ((row: EventRow) => void) | undefined;
}

/** Nothing beside an event that stands for itself. */
export function FoldButton({ row, tabIndex, onToggle }: FoldButtonProps) {
  if (row.place !== 'folded' && row.place !== 'first') return null;
  const { fold } = row;
  const open = row.place === 'first';
  const words = strings.eventList.times(fold.length, toDuration(toSpanMs(fold)));
  const deed = open ? strings.eventList.fold(fold.length) : strings.eventList.unfold(fold.length);
  return (
    <button
      type="button"
      data-fold
      tabIndex={tabIndex}
      aria-expanded={open}
      aria-label={`${words}: ${deed}`}
      title={deed}
      onClick={(pressed) => {
        // The row around it would open the event.
        pressed.stopPropagation();
        onToggle?.(row);
      }}
      className="inline-flex h-5 shrink-0 items-center gap-0.5 rounded-full bg-sunken ps-2 pe-1 text-2xs font-medium whitespace-nowrap text-mute transition-colors hover:bg-accent-soft hover:text-accent"
    >
      {words}
      <ChevronDown aria-hidden className={joinClasses('size-3 transition-transform', open && 'rotate-180')} />
    </button>
  );
}
