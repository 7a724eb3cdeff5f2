// The bars of the activity chart: the server's counts, with every hour or day in between that saw nothing.

import { type EventFilter, type EventType, eventTypes } from '@keytrail/shared/event';

export type Bucket = 'hour' | 'day';
type Counts = Readonly<Partial<Record<EventType, number>>>;

/** What the server answers: only buckets with events, oldest first. */
export interface Tally {
  readonly bucket: Bucket;
  readonly bars: readonly { readonly at: string; readonly counts: Counts }[];
}

/** One bar: a stretch of time, end exclusive, and what happened in it. */
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: Counts;
  readonly total: number;
}

const hourMs = 3_600_000;
const hoursShownMs = 73 * hourMs;
/** More would be thinner than a finger or a pointer can pick. */
const barsMax = 180;

/** Hours for up to about three days, else days. Null where only the events themselves can tell: the start is open. */
export function toBucket(filter: EventFilter, nowMs: number): Bucket | null {
  if (filter.from === undefined) return null;
  const endMs = Math.min(filter.to === undefined ? nowMs : Date.parse(filter.to), nowMs);
  return endMs - Date.parse(filter.from) <= hoursShownMs ? 'hour' : 'day';
}

/** Whether a log that was counted by day is young enough to be shown by hour. */
export function isYoung(tally: Tally, filter: EventFilter, nowMs: number): boolean {
  const first = tally.bars[0];
  return first === undefined || toBucket({ ...filter, from: first.at }, nowMs) === 'hour';
}

/**
 * Bars without a gap, from the filter's start (or the first event) to its end (or now), hours and days as the reader's
 * clock has them. The outermost are cut where the filter is, so that choosing one never widens it.
 */
export function fillBars(tally: Tally, filter: EventFilter, nowMs: number): Bar[] {
  const { bucket, bars } = tally;
  const firstMs = Date.parse(filter.from ?? bars[0]?.at ?? '');
  const limitMs = filter.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.to);
  // A server's clock may be ahead of the reader's.
  const endMs = Math.min(Math.max(nowMs, Date.parse(bars.at(-1)?.at ?? '') + 1 || 0), limitMs);
  const filled: Bar[] = [];
  if (Number.isNaN(firstMs)) return filled;
  let next = 0;
  for (let startMs = toStart(firstMs, bucket); startMs < endMs; ) {
    const afterMs = toNext(startMs, bucket);
    let counts: Counts = {};
    // By place and not by equality: where a day has two midnights, the server may have begun at the other one.
    for (; Date.parse(bars[next]?.at ?? '') < afterMs; next++) counts = add(counts, bars[next]?.counts ?? {});
    filled.push(toBar(Math.max(startMs, firstMs), Math.min(afterMs, limitMs), counts));
    startMs = afterMs;
  }
  return mergeBars(filled, barsMax);
}

/** Neighbours joined, in equal numbers counted from the newest, until there are at most `max`. */
export function mergeBars(bars: readonly Bar[], max: number): Bar[] {
  const size = Math.ceil(bars.length / max);
  if (size <= 1) return [...bars];
  const merged: Bar[] = [];
  for (let end = bars.length; end > 0; end -= size) {
    const group = bars.slice(Math.max(0, end - size), end);
    const counts = group.reduce<Counts>((sum, bar) => add(sum, bar.counts), {});
    merged.unshift(toBar(group[0]?.fromMs ?? 0, group.at(-1)?.toMs ?? 0, counts));
  }
  return merged;
}

function toBar(fromMs: number, toMs: number, counts: Counts): Bar {
  return { fromMs, toMs, counts, total: eventTypes.reduce((sum, type) => sum + (counts[type] ?? 0), 0) };
}

function add(left: Counts, right: Counts): Counts {
  const sums = eventTypes.map((type) => [type, (left[type] ?? 0) + (right[type] ?? 0)] as const);
  return Object.fromEntries(sums.filter(([, count]) => count > 0));
}

function toStart(ms: number, bucket: Bucket): number {
  const date = new Date(ms);
  if (bucket === 'day') return date.setHours(0, 0, 0, 0);
  // By subtraction: setting the minutes would leave the second of two equal hours for the first.
  return ms - (date.getMinutes() * 60_000 + date.getSeconds() * 1000 + date.getMilliseconds());
}

function toNext(startMs: number, bucket: Bucket): number {
  if (bucket === 'hour') return startMs + hourMs;
  const date = new Date(startMs);
  // Days have 23 to 25 hours, and some do not begin at midnight.
  return toStart(date.setDate(date.getDate() + 1), 'day');
}
