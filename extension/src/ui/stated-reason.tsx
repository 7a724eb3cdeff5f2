// What an agent said it needs a credential for, in its own words.

import type { EventRow } from './fold-rows.ts';
import { joinClasses } from './join-classes.ts';

interface StatedReasonProps {
  readonly row: EventRow;
  readonly className?: string;
}

/** Quoted: it is the agent's claim. One row for several events says only what all of them said. */
export function StatedReason({ row: { event, fold, place }, className }: StatedReasonProps) {
  const { reason } = event;
  const isShared = place !== 'folded' || fold.every((other) => other.reason === reason);
  if (reason === undefined || !isShared) return null;
  return (
    <q dir="auto" title={reason} className={joinClasses('user-text line-clamp-2', className)}>
      {reason}
    </q>
  );
}
