// How the cache is asked for the events of a filter: by its indexes, in windows, either way from a place in the log.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { type Selector, toSelectors } from './cache-selectors.ts';
import { db } from './db.ts';

/** Where a page lies: next to a sequence number, which is not on it; without one, the newest. */
export interface CachePage {
  /** The page goes older from here. */
  readonly beforeSeq?: number;
  /** The page goes newer from here: the events that come next, still newest first. */
  readonly afterSeq?: number;
  readonly limit: number;
  /** Ends a long search, which then throws its reason. */
  readonly signal?: AbortSignal;
}

/** Sequence numbers in [low, high). */
interface Range {
  readonly low: number;
  readonly high: number;
}

const firstWidth = 1024;
/** So few steps to the end of the log, and so few numbers read too many. */
const growth = 8;
/** Rows that a search reads at once where it must look into them: a few milliseconds of work between two frames. */
const rowsMax = 1000;
/** So few rows are read sooner than the other indexes are looked through. */
const fewSequences = 64;

/**
 * Cached events that pass the filter, newest first. Indexed members are looked up in windows of sequence numbers that
 * grow, so that a common filter reads a little and a rare one reads no rows that it then drops. A text has no index:
 * its rows are read in chunks, and the page is free to paint between them.
 */
export async function queryCachedEvents(filter: EventFilter, page: CachePage): Promise<AuditEvent[]> {
  const [range, selectors] = await Promise.all([toRange(filter, page), toSelectors(filter)]);
  const isNewer = page.afterSeq !== undefined;
  const found: AuditEvent[] = [];
  for (const window of toWindows(range, isNewer, ...toPace(filter, selectors, page.limit))) {
    page.signal?.throwIfAborted();
    const missing = page.limit - found.length;
    const rows =
      selectors.length === 0
        ? (await readRange(window, isNewer)).filter((event) => matches(event, filter))
        : await findRows(filter, await findSequences(selectors, window, isNewer), missing);
    found.push(...rows.slice(0, missing));
    if (found.length === page.limit) break;
  }
  return isNewer ? found.reverse() : found;
}

/** How wide the first window is, and how much wider each next one. Windows whose rows are all read do not grow. */
function toPace(filter: EventFilter, selectors: readonly Selector[], limit: number): [number, number] {
  if (selectors.length > 0) return [firstWidth, growth];
  return [mustLookInto(filter) ? rowsMax : Math.min(limit, rowsMax), 1];
}

/** True when only the rows themselves can tell whether they pass. */
function mustLookInto({ text, ips }: EventFilter): boolean {
  return text !== undefined || (ips !== undefined && ips.length > 0);
}

/** Cuts a range into windows from its newest end on, or for newer pages from its oldest. */
function* toWindows({ low, high }: Range, isNewer: boolean, first: number, factor: number): Generator<Range> {
  let [from, to] = [low, high];
  for (let width = first; from < to; width *= factor) {
    const cut = isNewer ? Math.min(to, from + width) : Math.max(from, to - width);
    yield isNewer ? { low: from, high: cut } : { low: cut, high: to };
    if (isNewer) from = cut;
    else to = cut;
  }
}

/** Up to `limit` events among these that pass the filter, in this order. */
async function findRows(filter: EventFilter, seqs: readonly number[], limit: number): Promise<AuditEvent[]> {
  const batch = mustLookInto(filter) ? rowsMax : Math.max(limit, fewSequences);
  const found: AuditEvent[] = [];
  for (let start = 0; start < seqs.length && found.length < limit; start += batch) {
    const rows = await db.events.bulkGet(seqs.slice(start, start + batch));
    found.push(...rows.filter((event) => event !== undefined).filter((event) => matches(event, filter)));
  }
  return found;
}

/** Sequence numbers of a window, in the order of the walk, that hold all that pass the filter and few others. */
async function findSequences(selectors: readonly Selector[], { low, high }: Range, isNewer: boolean) {
  let common: number[] | undefined;
  for (const select of selectors) {
    const admitted: ReadonlySet<number> = new Set(await select(low, high));
    common = common === undefined ? [...admitted] : common.filter((seq) => admitted.has(seq));
    if (common.length <= fewSequences) break;
  }
  return (common ?? []).sort((left, right) => (isNewer ? left - right : right - left));
}

async function readRange({ low, high }: Range, isNewer: boolean): Promise<AuditEvent[]> {
  const rows = await db.events.where('seq').between(low, high).toArray();
  return isNewer ? rows : rows.reverse();
}

/** The filter's dates and the page's place as one range. */
async function toRange(filter: EventFilter, { beforeSeq, afterSeq }: CachePage): Promise<Range> {
  const [oldest, newest, from, to] = await Promise.all([
    db.events.orderBy('seq').limit(1).primaryKeys(),
    db.events.orderBy('seq').reverse().limit(1).primaryKeys(),
    firstRecordedFrom(filter.from),
    firstRecordedFrom(filter.to),
  ]);
  const end = (newest[0] ?? -1) + 1;
  const low = filter.from === undefined ? (oldest[0] ?? 0) : (from ?? end);
  const high = filter.to === undefined ? end : (to ?? end);
  return { low: Math.max(low, (afterSeq ?? -1) + 1), high: Math.min(high, beforeSeq ?? end) };
}

/** The sequence number of the first cached event that was recorded at or after an instant. */
async function firstRecordedFrom(instant: string | undefined): Promise<number | undefined> {
  if (instant === undefined) return undefined;
  // recorded-at is text with microseconds; the bound takes the same form, so that text order is time order.
  const bound = new Date(instant).toISOString().replace('Z', '000Z');
  return (await db.events.where('recordedAt').aboveOrEqual(bound).limit(1).primaryKeys())[0];
}
