// The pill that filters and choices share.

import { joinClasses } from './join-classes.ts';

/**
 * The classes of a chip, lit when it is on.
 * @param tight for a row that must hold many.
 */
export function chipClasses(on: boolean, tight = false): string {
  return joinClasses(
    'inline-flex h-6.5 min-w-0 items-center gap-1 rounded-full border text-xs whitespace-nowrap transition-colors select-none',
    tight ? 'px-1.5' : 'px-2.25',
    on
      ? 'border-transparent bg-accent-soft font-medium text-accent'
      : 'border-line bg-panel text-mute hover:border-control hover:text-ink data-[state=open]:border-control data-[state=open]:text-ink',
  );
}
