// How the cache is asked for the events of a filter: by its indexes, in windows, either way from a place in the log.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import type { CacheReader, SeqRange } from './cache-reader.ts';
import { type Selector, toSelectors } from './cache-selectors.ts';

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

const firstWidth = 1024;
/** So few steps to the end of the log, and so few numbers read too many. */
const growth = 8;
/** Rows that a search reads at once where it must look into them: a few milliseconds of work between two frames. */
const rowsMax = 1000;
/** So few rows are read sooner than the other indexes are looked through. */
const fewSequences = 64;

/**
 * Cached events that pass the filter, newest first. A member that few events have is read whole. Else indexed members
 * are looked up in windows of sequence numbers that grow, so that a common filter reads a little and a rare one reads no
 * rows that it then drops. A text has no index: its rows are read in chunks, and the page is free to paint between them.
 */
export async function queryEvents(reader: CacheReader, filter: EventFilter, page: CachePage): Promise<AuditEvent[]> {
  const selectors = await toSelectors(reader, filter);
  const [few, range] = await Promise.all([readFew(selectors, page), toRange(reader, filter, page)]);
  const isNewer = page.afterSeq !== undefined;
  const found = few === null ? await search(reader, filter, selectors, range, page) : pick(few, filter, range, isNewer);
  const shown = found.slice(0, page.limit);
  return isNewer ? shown.reverse() : shown;
}

/** All events on the page's side that one of the members admits, where they are few; null where no member is rare. */
async function readFew(selectors: readonly Selector[], { afterSeq = -1, beforeSeq = Infinity }: CachePage) {
  if (afterSeq + 1 >= beforeSeq) return [];
  const answers = await Promise.all(selectors.map((select) => select.readFew({ low: afterSeq + 1, high: beforeSeq })));
  return answers.find((rows) => rows !== null) ?? null;
}

/** Those that pass the whole filter, each once, in the order of the walk. */
function pick(rows: readonly AuditEvent[], filter: EventFilter, { low, high }: SeqRange, isNewer: boolean) {
  const passing = rows.filter((event) => event.seq >= low && event.seq < high && matches(event, filter));
  const bySeq = [...new Map(passing.map((event) => [event.seq, event])).values()];
  return bySeq.sort((left, right) => (isNewer ? left.seq - right.seq : right.seq - left.seq));
}

/** Up to the page's limit and a few more, in the order of the walk. */
async function search(
  reader: CacheReader,
  filter: EventFilter,
  selectors: readonly Selector[],
  range: SeqRange,
  { afterSeq, limit, signal }: CachePage,
): Promise<AuditEvent[]> {
  const isNewer = afterSeq !== undefined;
  const found: AuditEvent[] = [];
  for (const window of toWindows(range, isNewer, ...toPace(filter, selectors, limit))) {
    signal?.throwIfAborted();
    const rows =
      selectors.length === 0
        ? (await readWindow(reader, window, isNewer)).filter((event) => matches(event, filter))
        : await findRows(reader, filter, await findSeqs(selectors, window, isNewer), limit - found.length);
    found.push(...rows);
    if (found.length >= limit) break;
  }
  return found;
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
function* toWindows({ low, high }: SeqRange, isNewer: boolean, first: number, factor: number): Generator<SeqRange> {
  let [from, to] = [low, high];
  for (let width = first; from < to; width *= factor) {
    const cut = isNewer ? Math.min(to, from + width) : Math.max(from, to - width);
    yield isNewer ? { low: from, high: cut } : { low: cut, high: to };
    if (isNewer) from = cut;
    else to = cut;
  }
}

/** Up to `limit` events among these that pass the filter, and a few more, in this order. */
async function findRows(
  reader: CacheReader,
  filter: EventFilter,
  seqs: readonly number[],
  limit: number,
): Promise<AuditEvent[]> {
  const batch = mustLookInto(filter) ? rowsMax : Math.max(limit, fewSequences);
  const found: AuditEvent[] = [];
  for (let start = 0; start < seqs.length && found.length < limit; start += batch) {
    const rows = await reader.readRows(seqs.slice(start, start + batch));
    found.push(...rows.filter((event) => matches(event, filter)));
  }
  return found;
}

/** Sequence numbers of a window, in the order of the walk, that hold all that pass the filter and few others. */
async function findSeqs(selectors: readonly Selector[], window: SeqRange, isNewer: boolean) {
  let common: number[] | undefined;
  for (const select of selectors) {
    const admitted: ReadonlySet<number> = new Set(await select.listSeqs(window));
    common = common === undefined ? [...admitted] : common.filter((seq) => admitted.has(seq));
    if (common.length <= fewSequences) break;
  }
  return (common ?? []).sort((left, right) => (isNewer ? left - right : right - left));
}

async function readWindow(reader: CacheReader, window: SeqRange, isNewer: boolean) {
  const rows = await reader.readRange(window);
  return isNewer ? rows : rows.reverse();
}

/** The filter's dates and the page's place as one range. */
async function toRange(
  reader: CacheReader,
  filter: EventFilter,
  { beforeSeq, afterSeq }: CachePage,
): Promise<SeqRange> {
  const [ends, from, to] = await Promise.all([
    reader.findEnds(),
    findFirstFrom(reader, filter.from),
    findFirstFrom(reader, filter.to),
  ]);
  const end = (ends?.newest ?? -1) + 1;
  const low = filter.from === undefined ? (ends?.oldest ?? 0) : (from ?? end);
  const high = filter.to === undefined ? end : (to ?? end);
  return { low: Math.max(low, (afterSeq ?? -1) + 1), high: Math.min(high, beforeSeq ?? end) };
}

/** The sequence number of the first cached event that was recorded at or after an instant. */
async function findFirstFrom(reader: CacheReader, instant: string | undefined): Promise<number | undefined> {
  if (instant === undefined) return undefined;
  // recorded-at is text with microseconds; the bound takes the same form, so that text order is time order.
  return await reader.findFirstFrom(new Date(instant).toISOString().replace('Z', '000Z'));
}
