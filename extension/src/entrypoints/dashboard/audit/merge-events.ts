// One list from several sources that overlap: the cache, the server's pages, the live stream.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';

/** Newest first, each event once, only what the filter admits. */
export function mergeEvents(filter: EventFilter, ...sources: readonly (readonly AuditEvent[])[]): AuditEvent[] {
  const bySeq = new Map<number, AuditEvent>();
  for (const event of sources.flat()) if (matches(event, filter)) bySeq.set(event.seq, event);
  return [...bySeq.values()].sort((left, right) => right.seq - left.seq);
}
