// The events of a filter: from this browser's cache at once, from the server as it answers, live from then on.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { queryCachedEvents } from '../../../lib/dexie-reader.ts';
import { api } from '../../../lib/query.ts';
import { readCachedRun, readCachedTo } from './cached-run.ts';
import { pageSize } from './event-reads.ts';
import { createEventWindow, type EventWindow, type WindowState } from './event-window.ts';
import { type LiveEvents, useLiveEvents } from './use-live-events.ts';

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

export interface AuditEvents extends WindowState {
  readonly filter: EventFilter;
  /** Moves the window; its identity changes with the filter. */
  readonly window: EventWindow;
  /** Ids of events that arrived by the live stream and pass the filter, the newest last. */
  readonly fresh: readonly string[];
  /** The highest sequence number that the live stream has brought, whether or not the filter admits its event. */
  readonly newestSeq: number | undefined;
  readonly live: LiveEvents['status'];
  /** The server does not answer: what shows is what the cache has. */
  readonly offline: boolean;
  /** Nothing has answered yet. */
  readonly loading: boolean;
  readonly retry: () => void;
}

/** @param filter must keep its identity while it means the same. */
export function useAuditEvents(filter: EventFilter): AuditEvents {
  const window = useMemo(() => createEventWindow(toSources(filter)), [filter]);
  const state = useSyncExternalStore(window.subscribe, window.getState);
  const head = useHead();
  const live = useLiveEvents(head.data);
  // The list is asked for after the stream's starting point is known, so that the two overlap rather than leave a gap.
  // Behind the last event of an empty log there is no such point: there the list waits for the stream itself.
  const isPlaced = head.data !== undefined && (head.data >= 0 || live.status === 'live');
  const newest = useNewest(filter, window, isPlaced);
  const fresh = useFresh(filter, window, live.events);

  const isAway = useServerAway(live.status);
  const error = newest.error ?? head.error ?? isAway;
  const failure = error === null ? state.failure : toFailure(error);
  const offline = failure?.kind === 'offline';
  useAskAgain(window, state.failure?.kind === 'offline' || (state.copyOnly && !offline), offline);
  return {
    ...state,
    filter,
    window,
    fresh,
    newestSeq: live.events[0]?.seq,
    live: live.status,
    offline,
    failure: offline ? undefined : failure,
    loading: state.events.length === 0 && state.answeredBy !== 'server' && failure === undefined,
    retry: () => {
      if (head.data === undefined) void head.refetch();
      else if (newest.data === undefined) void newest.refetch();
      else window.askAgain();
    },
  };
}

function toSources(filter: EventFilter) {
  return {
    cached: (page: { beforeSeq?: number; limit: number }) => queryCachedEvents(filter, page),
    cachedRun: readCachedRun,
    list: (page: { before?: string; after?: string; limit: number }) => api.audit.list.query({ filter, ...page }),
  };
}

/** Why the server does not answer an ordinary call; a stream that breaks off does not say. Null while all is well. */
function useServerAway(status: LiveEvents['status']): unknown {
  const probe = useQuery({
    queryKey: ['audit', 'probe'],
    queryFn: ({ signal }) => api.audit.since.query({ from: 0, newest: 1, limit: 1 }, { signal }),
    enabled: status === 'away',
    gcTime: 0,
    retry: false,
    refetchInterval: offlineRetryMs,
  });
  return status === 'away' ? probe.error : null;
}

/** Tries a page again that the server did not answer, and goes on below the cache once the server is back. */
function useAskAgain(window: EventWindow, failed: boolean, offline: boolean): void {
  useEffect(() => {
    if (!failed) return;
    const timer = setTimeout(window.askAgain, offlineRetryMs);
    return () => clearTimeout(timer);
  }, [window, failed]);
  const wasOffline = useRef(false);
  useEffect(() => {
    if (wasOffline.current && !offline) window.askAgain();
    wasOffline.current = offline;
  }, [window, offline]);
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

/** The cache's newest events, and the server's on top of them. */
function useNewest(filter: EventFilter, window: EventWindow, isPlaced: boolean) {
  const [cachedTo, setCachedTo] = useState<{ window: EventWindow; to: number }>();
  useEffect(() => {
    void (async () => {
      const to = await readCachedTo();
      await window.openFromCache();
      setCachedTo({ window, to });
    })();
  }, [window]);
  const newest = useQuery({
    queryKey: ['audit', 'newest', filter],
    queryFn: async ({ signal }) => ({
      page: await api.audit.list.query({ filter, limit: pageSize }, { signal }),
      run: await readCachedRun(),
    }),
    enabled: isPlaced,
    ...keptByStream,
  });
  useEffect(() => {
    if (newest.data === undefined || cachedTo?.window !== window) return;
    const { page, run } = newest.data;
    // What was synced since the cache answered lies above what it answered: no proof that the two touch.
    window.joinServer(page, run === null ? null : { from: run.from, to: Math.min(run.to, cachedTo.to) });
  }, [newest.data, cachedTo, window]);
  return newest;
}

/** Passes on what the stream brings, each event once, and remembers what passed the filter. */
function useFresh(filter: EventFilter, window: EventWindow, events: readonly AuditEvent[]): readonly string[] {
  const passed = useRef<{ window: EventWindow; seq: number | undefined }>({ window, seq: undefined });
  const [fresh, setFresh] = useState<{ window: EventWindow; ids: readonly string[] }>({ window, ids: [] });
  useEffect(() => {
    const since = passed.current.window === window ? passed.current.seq : undefined;
    const batch = events.filter(({ seq }) => since === undefined || seq > since);
    const oldest = batch.at(-1);
    if (oldest === undefined) return;
    passed.current = { window, seq: events[0]?.seq };
    const admitted = batch.filter((event) => matches(event, filter));
    // The stream itself has no gaps; a jump means that more came at once than it keeps.
    window.admit(admitted, since === undefined || oldest.seq === since + 1);
    const ids = admitted.map(({ id }) => id).reverse();
    setFresh((known) => ({ window, ids: known.window === window ? [...known.ids, ...ids] : ids }));
  }, [filter, window, events]);
  return fresh.window === window ? fresh.ids : none;
}

const none: readonly string[] = [];
