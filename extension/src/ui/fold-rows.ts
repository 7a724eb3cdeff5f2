// The rows of a fold: one while it is closed, one for each event while it is open. Pure.

import type { AuditEvent } from '@keytrail/shared/event';
import { type Fold, getOldest } from './fold-events.ts';

/** One event, or several as one; `first` and `member` belong to a fold that is open. */
export interface EventRow {
  readonly kind: 'event';
  readonly key: string | number;
  readonly event: AuditEvent;
  readonly fold: Fold;
  readonly place: 'alone' | 'folded' | 'first' | 'member' | 'last';
}

/** Keys last while a fold grows at either end, and while it opens nothing that was there takes the place of another. */
export function toEventRows(fold: Fold, unfolded: ReadonlySet<string>): EventRow[] {
  const [newest] = fold;
  const oldest = getOldest(fold);
  if (fold.length === 1) return [{ kind: 'event', key: newest.seq, event: newest, fold, place: 'alone' }];
  if (!fold.some(({ id }) => unfolded.has(id))) {
    return [{ kind: 'event', key: `fold ${oldest.seq}`, event: newest, fold, place: 'folded' }];
  }
  return fold.map((event) => ({
    kind: 'event',
    key: event.seq,
    event,
    fold,
    place: event === newest ? 'first' : event === oldest ? 'last' : 'member',
  }));
}
