// Pages of events for a list: from this browser's copy where that is whole, from the server where it is not.

import type { AuditEvent } from '@keytrail/shared/event';
import { toFailure } from '../../../lib/api.ts';
import type { CachedRun } from './cached-run.ts';
import { type EventPage, isWhole, type Part } from './window-parts.ts';

export const pageSize = 100;
/** Before every event there is: a page that is newer than this is the oldest page. */
export const beginning = '1970-01-01T00:00:00.000000Z';

/** Where events come from, for one filter. */
export interface EventSources {
  readonly cached: (page: { beforeSeq?: number; limit: number }) => Promise<readonly AuditEvent[]>;
  readonly cachedRun: () => Promise<CachedRun | null>;
  readonly list: (page: { before?: string; after?: string; limit: number }) => Promise<EventPage>;
}

/**
 * The page below an event, or the newest: from the copy as far as that has no gap, then from the server. `copyOnly`: that did
 * not answer, and what the copy has may not be all there is.
 */
export async function readOlder(sources: EventSources, last: AuditEvent | undefined) {
  const run = await sources.cachedRun();
  const below = last === undefined ? {} : { beforeSeq: last.seq };
  const isKept = run !== null && last !== undefined && last.seq <= run.to && last.seq > run.from;
  const kept = isKept ? (await sources.cached({ ...below, limit: pageSize })).filter(({ seq }) => seq >= run.from) : [];
  const cachedFrom = run?.from;
  if (kept.length === pageSize) return { events: kept, cachedFrom, atEnd: false, copyOnly: false };
  // The log begins at number 0: nothing can be older than a copy that holds that.
  if (isKept && run.from === 0) return { events: kept, cachedFrom, atEnd: true, copyOnly: false };
  const from = kept.at(-1) ?? last;
  try {
    const page = await sources.list({ ...(from === undefined ? {} : { before: from.recordedAt }), limit: pageSize });
    return { events: [...kept, ...page.events], cachedFrom, atEnd: page.before === null, copyOnly: false };
  } catch (error) {
    if (toFailure(error).kind !== 'offline') throw error;
    // Without the server the copy is all there is, holes and all.
    const events = isKept ? kept : await sources.cached({ ...below, limit: pageSize });
    return { events, cachedFrom, atEnd: events.length < pageSize, copyOnly: true };
  }
}

/**
 * The events of a part again, from the cache where that has them all.
 * @param olderAt when the event below it was recorded.
 */
export async function readPart(
  sources: EventSources,
  part: Part,
  olderAt: string | undefined,
): Promise<readonly AuditEvent[]> {
  const run = await sources.cachedRun();
  if (run !== null && part.lastSeq >= run.from && part.firstSeq < run.to) {
    const events = await sources.cached({ beforeSeq: part.firstSeq + 1, limit: part.count });
    if (isWhole(part, events)) return events;
  }
  let events: readonly AuditEvent[] = [];
  while (events[0] === undefined || events[0].seq < part.firstSeq) {
    const after = events[0]?.recordedAt ?? olderAt ?? beginning;
    const page = await sources.list({ after, limit: Math.min(200, part.count - events.length) });
    if (page.events.length === 0) break;
    events = [...page.events, ...events];
  }
  return events;
}

/** The newest page; without the server, what the copy has of it. */
export async function readNewest(sources: EventSources) {
  try {
    const { events, before } = await sources.list({ limit: pageSize });
    return { events, atEnd: before === null, answeredBy: 'server' } as const;
  } catch (error) {
    if (toFailure(error).kind !== 'offline') throw error;
    return { events: await sources.cached({ limit: pageSize }), atEnd: false, answeredBy: 'cache' } as const;
  }
}
