// The cached events as live React state: IndexedDB tells the popup when the worker has written.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { useLiveQuery } from 'dexie-react-hooks';
import { useMemo, useRef } from 'react';
import { readCacheState } from '../../lib/cache.ts';
import { queryCachedEvents } from '../../lib/cache-query.ts';
import { type CacheState, cachedFilterOptions } from '../../lib/db.ts';
import type { Start } from './start.ts';

/** Why an empty list is empty: fetching for the first time, tried and failed so far, or truly nothing there. */
export type Progress = 'first_sync' | 'never_synced' | 'synced';

function toProgress({ lastSyncAt, lastError }: CacheState): Progress {
  if (lastSyncAt !== null) return 'synced';
  return lastError === null ? 'first_sync' : 'never_synced';
}

const noOptions = { services: [], agents: [] };

/** Newest first. `freshIds`: what arrived while the popup was open. */
export function useActivity(filter: EventFilter, limit: number, start: Start) {
  const shown = useRef<readonly AuditEvent[]>(start.events);
  const live = useLiveQuery(() => queryCachedEvents(filter, { limit }), [filter, limit]);
  // While a changed filter is being answered, the rows that were there stay: no flash of nothing.
  shown.current = live ?? (filter === start.filter ? start.events : shown.current);
  const events = shown.current;
  const options = useLiveQuery(cachedFilterOptions) ?? noOptions;
  const state = useLiveQuery(readCacheState) ?? start.state;
  const newestAtStart = Math.max(start.state.cursor - 1, start.events[0]?.seq ?? -1);
  const freshIds = useMemo(
    () => new Set(events.filter(({ seq }) => newestAtStart >= 0 && seq > newestAtStart).map(({ id }) => id)),
    [events, newestAtStart],
  );
  return { events, freshIds, options, progress: toProgress(state) };
}
