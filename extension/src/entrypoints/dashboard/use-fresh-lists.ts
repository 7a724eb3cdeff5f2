// Keeps the lists as current as the cached log: what it brings of changes and uses, wherever they were made, has them read again.

import { useQueryClient } from '@tanstack/react-query';
import { liveQuery } from 'dexie';
import { useEffect } from 'react';
import { readCacheState } from '../../lib/cache.ts';
import { dexieReader } from '../../lib/dexie-reader.ts';
import { trpc } from '../../lib/query.ts';
import { type ListName, toStaleLists } from './stale-lists.ts';

/** An import or a busy agent brings many events in a row. */
const gatherMs = 500;

/** For the frame around the pages: once for all of them. */
export function useFreshLists(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stale = new Set<ListName>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      // A page that nobody sees reads them when it is looked at again.
      const refetchType = document.hidden ? 'none' : 'active';
      for (const name of stale) void client.invalidateQueries({ ...trpc[name].pathFilter(), refetchType });
      stale.clear();
    };
    const stop = followLog((names) => {
      for (const name of names) stale.add(name);
      if (stale.size > 0) timer ??= setTimeout(refresh, gatherMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client]);
}

/** Calls the listener with the lists that newly cached events touch. Returns what ends it. */
function followLog(onStale: (names: readonly ListName[]) => void): () => void {
  let known: number | undefined;
  // A cache that cannot be read says so where the sync stands; the lists are then as current as without it.
  const giveUp = () => undefined;
  const follow = ({ cursor }: { readonly cursor: number }) => {
    const low = known ?? cursor;
    known = cursor;
    if (cursor <= low) return;
    dexieReader.readRange({ low, high: cursor }).then((events) => onStale(toStaleLists(events)), giveUp);
  };
  const subscription = liveQuery(readCacheState).subscribe(follow, giveUp);
  return () => subscription.unsubscribe();
}
