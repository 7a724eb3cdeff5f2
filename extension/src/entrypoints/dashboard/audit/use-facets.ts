// How many events pass the filter, in all and by each value of each filter: exact, and kept so while events arrive.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { EventFilter } from '@keytrail/shared/event';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useEffect, useRef } from 'react';
import { api } from '../../../lib/query.ts';

export type Facets = inferRouterOutputs<AppRouter>['audit']['facets'];

/** Counting costs the server more than a page of events, so a busy log is counted again only so often. */
const everyMs = 3_000;
/** A burst is counted once. */
const settleMs = 150;
const retryMs = 5_000;

export interface FacetCounts {
  /** Those of the former filter while `pending`; absent while nothing is counted. */
  readonly facets: Facets | undefined;
  readonly pending: boolean;
  readonly failed: boolean;
}

/**
 * @param filter must keep its identity while it means the same.
 * @param newestSeq grows with every event that the live stream brings, whether or not it passes the filter.
 * @param offline nothing can be counted; what was counted before is no longer exact.
 */
export function useFacets(filter: EventFilter, newestSeq: number | undefined, offline: boolean): FacetCounts {
  const { data, isFetching, isPlaceholderData, isError, refetch } = useQuery({
    queryKey: ['audit', 'facets', filter],
    queryFn: ({ signal }) => api.audit.facets.query({ filter }, { signal }),
    placeholderData: keepPreviousData,
    enabled: !offline,
    staleTime: 0,
    retry: false,
    refetchInterval: ({ state }) => (state.error === null ? false : retryMs),
  });
  useCountedAgain(newestSeq, offline || isFetching, () => void refetch());
  return {
    facets: offline || isError ? undefined : data,
    pending: isPlaceholderData,
    failed: isError && !offline,
  };
}

/** Waits for a count that is under way, which may or may not have seen the newest event, before it asks for another. */
function useCountedAgain(newestSeq: number | undefined, busy: boolean, recount: () => void): void {
  const counted = useRef(newestSeq);
  const lastAtMs = useRef(0);
  const next = useRef(recount);
  next.current = recount;
  useEffect(() => {
    if (busy || newestSeq === counted.current) return;
    const timer = setTimeout(
      () => {
        counted.current = newestSeq;
        lastAtMs.current = Date.now();
        next.current();
      },
      Math.max(settleMs, lastAtMs.current + everyMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [newestSeq, busy]);
}
