// The counts behind the chart: for the filter as it stands, and counted anew as events arrive, but not for each.

import type { EventFilter } from '@keytrail/shared/event';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../../lib/query.ts';
import { type Bar, type Bucket, fillBars, isYoung, toBucket } from './bars.ts';

export interface Activity {
  readonly bucket: Bucket;
  readonly bars: readonly Bar[];
  readonly total: number;
}

const retryMs = 5000;
/** Between an event and the count that holds it: whatever arrives meanwhile is counted with it. */
const pauseMs = 2000;

/**
 * @param filter must keep its identity while it means the same.
 * @param newestSeq grows with every event that the live stream brings.
 * @param offline nothing can be counted; what was counted before is no longer true.
 */
export function useActivity(filter: EventFilter, newestSeq: number | undefined, offline: boolean) {
  const query = useQuery({
    queryKey: ['audit', 'activity', filter],
    queryFn: ({ signal }) => loadActivity(filter, signal),
    placeholderData: keepPreviousData,
    enabled: !offline,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: ({ state }) => (state.error === null ? false : retryMs),
  });
  useCountAnew(newestSeq, offline || query.isFetching, query.refetch);
  return query;
}

/** An event during a count, which may or may not hold it, begins a pause when that count is through. */
function useCountAnew(newestSeq: number | undefined, busy: boolean, count: () => Promise<unknown>): void {
  const counted = useRef(newestSeq);
  const newest = useRef(newestSeq);
  newest.current = newestSeq;
  const latest = useRef(count);
  latest.current = count;
  const behind = !busy && newestSeq !== counted.current;
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => {
      counted.current = newest.current;
      void latest.current();
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [behind]);
}

async function loadActivity(filter: EventFilter, signal: AbortSignal): Promise<Activity> {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const nowMs = Date.now();
  const ask = (bucket: Bucket) => api.audit.chart.query({ filter, zone, bucket }, { signal });
  const bucket = toBucket(filter, nowMs);
  const byDay = bucket === 'hour' ? null : await ask('day');
  const tally = byDay === null || (bucket === null && isYoung(byDay, filter, nowMs)) ? await ask('hour') : byDay;
  const bars = fillBars(tally, filter, nowMs);
  return { bucket: tally.bucket, bars, total: bars.reduce((sum, bar) => sum + bar.total, 0) };
}
