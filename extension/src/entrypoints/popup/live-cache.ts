// The cache as it changes. Loaded after the first paint, which reads it another way (`lib/direct-reader.ts`).

import { liveQuery } from 'dexie';
import { patchCacheState, readCacheState } from '../../lib/cache.ts';
import { cachedFilterOptions, countCachedEvents } from '../../lib/db.ts';
import { queryCachedEvents } from '../../lib/dexie-reader.ts';

/** What can be asked of it. */
export const liveCache = {
  queryCachedEvents,
  cachedFilterOptions,
  countCachedEvents,
  readCacheState,
  patchCacheState,
};
export type LiveCache = typeof liveCache;

/** Asks, and asks again whenever what was read has changed. Returns what ends it. */
export function follow<Value>(query: (cache: LiveCache) => Promise<Value>, onAnswer: (value: Value) => void) {
  // Dexie follows what an async function reads beyond its first await, and of any other only what is read before.
  const subscription = liveQuery(async () => await query(liveCache)).subscribe(onAnswer);
  return () => subscription.unsubscribe();
}
