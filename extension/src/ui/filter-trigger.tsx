// The button of a filter's chip, the same whatever opens under it.

import { ChevronDown } from 'lucide-react';
import { chipClasses } from './chip.ts';
import { joinClasses } from './join-classes.ts';

/** @param active leaves room for the cross, which stands beside it. */
export function filterTriggerClasses(active: boolean): string {
  return joinClasses(chipClasses(active), active && 'pe-1');
}

/** What the button shows. */
export function FilterTriggerFace({ words, active }: { readonly words: string; readonly active: boolean }) {
  return (
    <>
      <span className="truncate">{words}</span>
      {!active && <ChevronDown aria-hidden className="-me-0.5 size-3 shrink-0" />}
    </>
  );
}
