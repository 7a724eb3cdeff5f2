// Says how many events a row stands for, and opens and closes them.

import { ChevronDown } from 'lucide-react';
import { toAnswerOfFold } from './deed-words.ts';
import { countTimes, toSpanMs } from './fold-events.ts';
import type { EventRow } from './fold-rows.ts';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';
import { toDuration } from './time.ts';

interface FoldButtonProps {
  readonly row: EventRow;
  readonly tabIndex: 0 | -1;
  readonly onToggle: ((row: EventRow) => void) | undefined;
}

/** Only the number beside an event that is no fold and stands for several; nothing beside one that stands for itself. */
export function FoldButton({ row, tabIndex, onToggle }: FoldButtonProps) {
  if (row.place !== 'folded' && row.place !== 'first') return <Times count={countTimes([row.event])} />;
  const { fold } = row;
  const open = row.place === 'first';
  const words = toAnswerOfFold(fold) ?? strings.eventList.times(countTimes(fold), toDuration(toSpanMs(fold)));
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
      className={joinClasses(chipClasses, 'gap-0.5 ps-2 pe-1 transition-colors hover:bg-accent-soft hover:text-accent')}
    >
      {words}
      <ChevronDown aria-hidden className={joinClasses('size-3 transition-transform', open && 'rotate-180')} />
    </button>
  );
}

function Times({ count }: { readonly count: number }) {
  if (count === 1) return null;
  return <span className={joinClasses(chipClasses, 'px-2')}>{strings.eventList.timesAlone(count)}</span>;
}

const chipClasses =
  'inline-flex h-5 shrink-0 items-center rounded-full bg-sunken text-2xs font-medium whitespace-nowrap text-mute';
