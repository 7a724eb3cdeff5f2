// The events of a filter: from this browser's cache at once, from the server as it answers, live from then on.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { queryCachedEvents } from '../../../lib/cache-query.ts';
import type { Failure } from '../../../lib/failure.ts';
import { api } from '../../../lib/query.ts';
import { mergeEvents } from './merge-events.ts';
import { type LiveEvents, useLiveEvents } from './use-live-events.ts';

const pageSize = 50;
const offlineRetryMs = 5000;

/** The live stream keeps the top true, so nothing is asked for twice; what was left is read anew on return. */
const keptByStream = {
  gcTime: 0,
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  // A failure shows at once, beside what the cache has, and is tried again from there.
  retry: false,
  refetchInterval: ({ state }: { state: { error: unknown } }) => (state.error === null ? false : offlineRetryMs),
} as const;

export interface AuditEvents {
  readonly events: readonly AuditEvent[];
  /** Events that arrived by the live stream and pass the filter. */
  readonly fresh: readonly AuditEvent[];
  /** The highest sequence number that the live stream has brought, whether or not the filter admits its event. */
  readonly newestSeq: number | undefined;
  readonly live: LiveEvents['status'];
  /** The server does not answer: what shows is what the cache has. */
  readonly offline: boolean;
  /** Anything else that went wrong. */
  readonly failure: Failure | undefined;
  /** Nothing has answered yet. */
  readonly loading: boolean;
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  readonly loadOlder: () => void;
  readonly retry: () => void;
}

/** @param filter must keep its identity while it means the same. */
export function useAuditEvents(filter: EventFilter): AuditEvents {
  const head = useHead();
  const live = useLiveEvents(head.data);
  const cached = useCachedPages(filter);
  // The list is asked for after the stream's starting point is known, so that the two overlap rather than leave a gap.
  // Behind the last event of an empty log there is no such point: there the list waits for the stream itself.
  const stored = useServerPages(filter, head.data !== undefined && (head.data >= 0 || live.status === 'live'));

  const events = useMemo(
    () =>
      mergeEvents(
        filter,
        cached.data?.pages.flat() ?? [],
        stored.data?.pages.flatMap((page) => page.events) ?? [],
        live.events,
      ),
    [filter, cached.data, stored.data, live.events],
  );
  const fresh = useMemo(() => mergeEvents(filter, live.events), [filter, live.events]);

  const error = stored.error ?? head.error;
  const failure = error === null ? live.failure : toFailure(error);
  const offline = failure?.kind === 'offline';
  const pages = offline || stored.data === undefined ? cached : stored;
  return {
    events,
    fresh,
    newestSeq: live.events[0]?.seq,
    live: live.status,
    offline,
    failure: offline ? undefined : failure,
    loading: cached.isPending || (events.length === 0 && stored.isPending && failure === undefined),
    hasOlder: pages.hasNextPage,
    loadingOlder: pages.isFetchingNextPage,
    loadOlder: () => void pages.fetchNextPage(),
    retry: () => void (head.data === undefined ? head.refetch() : stored.refetch()),
  };
}

/** The highest sequence number at the time the page was opened; -1 for an empty log. */
function useHead() {
  return useQuery({
    queryKey: ['audit', 'head'],
    queryFn: async ({ signal }) => {
      const { head } = await api.audit.since.query({ from: 0, newest: 1, limit: 1 }, { signal });
      return head - 1;
    },
    ...keptByStream,
  });
}

function useServerPages(filter: EventFilter, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api.audit.list.query(
        { filter, limit: pageSize, ...(pageParam === null ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ before }) => before,
    enabled,
    ...keptByStream,
  });
}

function useCachedPages(filter: EventFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', 'cached', filter],
    queryFn: ({ pageParam }) =>
      queryCachedEvents(filter, { limit: pageSize, ...(pageParam === null ? {} : { beforeSeq: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < pageSize ? null : (page.at(-1)?.seq ?? null)),
    ...keptByStream,
  });
}
