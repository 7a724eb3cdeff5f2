// How runs of events that come from several places become one run, newest first, without a gap or a repeat. Pure.

import type { AuditEvent } from '@keytrail/shared/event';
import type { CachedRun } from './cached-run.ts';

/** A page as the server answers it. */
export interface EventPage {
  readonly events: readonly AuditEvent[];
  readonly before: string | null;
  readonly after: string | null;
}

/** Events that were let go of because the reader is far below them, and what it takes to have them back. */
export interface Part {
  readonly firstSeq: number;
  readonly firstAt: string;
  readonly lastSeq: number;
  readonly count: number;
  /** What they took on the screen. */
  readonly heightPx: number;
  readonly rows: number;
}

/**
 * The server's newest page on top of what the cache has answered.
 * @param run what the cache held without a gap when it answered; null when that is not known.
 */
export function joinNewest(known: readonly AuditEvent[], page: EventPage, run: CachedRun | null): AuditEvent[] {
  const oldest = page.events.at(-1);
  if (oldest === undefined || page.before === null || run === null || oldest.seq > run.to) return [...page.events];
  return [...page.events, ...known.filter(({ seq }) => seq < oldest.seq && seq >= run.from)];
}

/** Newer events on top; those that are there already are not repeated. */
export function putOnTop(known: readonly AuditEvent[], newer: readonly AuditEvent[]): readonly AuditEvent[] {
  const newest = known[0]?.seq ?? -1;
  const fresh = newer.filter(({ seq }) => seq > newest);
  return fresh.length === 0 ? known : [...fresh, ...known];
}

/** Older events below; those that are there already are not repeated. */
export function putBelow(known: readonly AuditEvent[], older: readonly AuditEvent[]): readonly AuditEvent[] {
  const oldest = known.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  const fresh = older.filter(({ seq }) => seq < oldest);
  return fresh.length === 0 ? known : [...known, ...fresh];
}

/** True when these are exactly the events that were let go of. */
export function isWhole(part: Part, events: readonly AuditEvent[]): boolean {
  return events.length === part.count && events[0]?.seq === part.firstSeq && events.at(-1)?.seq === part.lastSeq;
}
