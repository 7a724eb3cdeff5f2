// The rows of the popup: those it started with, and what the cache says from then on.

import type { EventFilter } from '@keytrail/shared/event';
import { useCallback, useMemo } from 'react';
import type { CacheState } from '../../lib/cache-schema.ts';
import type { LiveCache } from './live-cache.ts';
import type { Start } from './start.ts';
import { useLive } from './use-live.ts';

/** Why an empty list is empty: fetching for the first time, tried and failed so far, or truly nothing there. */
export type Progress = 'first_sync' | 'never_synced' | 'synced';

function toProgress({ lastSyncAt, lastError }: CacheState): Progress {
  if (lastSyncAt !== null) return 'synced';
  return lastError === null ? 'first_sync' : 'never_synced';
}

const noOptions = { services: [], agents: [] };
const askOptions = (cache: LiveCache) => cache.cachedFilterOptions();
const askState = (cache: LiveCache) => cache.readCacheState();

/** Newest first. `freshIds`: what arrived while the popup was open. */
export function useActivity(filter: EventFilter, limit: number, start: Start) {
  const askEvents = useCallback((cache: LiveCache) => cache.queryCachedEvents(filter, { limit }), [filter, limit]);
  const events = useLive(askEvents) ?? start.events;
  const options = useLive(askOptions) ?? noOptions;
  const state = useLive(askState) ?? start.state;
  const newestAtStart = Math.max(start.state.cursor - 1, start.events[0]?.seq ?? -1);
  const freshIds = useMemo(
    () => new Set(events.filter(({ seq }) => newestAtStart >= 0 && seq > newestAtStart).map(({ id }) => id)),
    [events, newestAtStart],
  );
  return { events, freshIds, options, progress: toProgress(state) };
}
