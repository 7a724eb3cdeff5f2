// Reads of one account's log: a page for people, a run for caches. Newest first pages by recorded-at, which orders
// as the sequence does and lets whole partitions go unread.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { parseLine } from '@keytrail/shared/leaf';
import type { TransactionSql } from 'postgres';
import { type Database, readAsAccount } from '../base/db.ts';
import { findLines } from './search.ts';
import { toWindow } from './window.ts';

export interface EventPage {
  /** Newest first. */
  readonly events: AuditEvent[];
  /** Pass back as `before` for the next older page; null at the end of the log. */
  readonly before: string | null;
  /** Pass back as `after` for the next newer page; null where a page going newer has reached the head. */
  readonly after: string | null;
}

/**
 * One page of the events that pass the filter: the newest, or those next to a recorded-at, older than `before` or newer
 * than `after`.
 */
export function listEvents(
  db: Database,
  accountId: string,
  page: { filter: EventFilter; before?: string | undefined; after?: string | undefined; limit: number },
): Promise<EventPage> {
  return readAsAccount(db, accountId, async (tx) => {
    const { filter, before, after, limit } = page;
    const window = toWindow(filter, { before, after });
    const lines = await findLines(tx, { accountId, filter, window, newestFirst: after === undefined, limit });
    const events = lines.map(parseLine);
    if (after !== undefined) events.reverse();
    const full = events.length === limit;
    return {
      events,
      before: after !== undefined || full ? (events.at(-1)?.recordedAt ?? null) : null,
      after: after === undefined || full ? (events[0]?.recordedAt ?? null) : null,
    };
  });
}

/** One event by its id; null where the log does not hold it. */
export function findEvent(db: Database, accountId: string, id: string): Promise<AuditEvent | null> {
  return readAsAccount(db, accountId, async (tx) => {
    const [row] = await tx<{ line: string }[]>`
      select line from events
      where account_id = ${accountId} and id = ${id} and ${isKept(tx, accountId)}`;
    return row === undefined ? null : parseLine(row.line);
  });
}

const relatedMax = 200;

/** The events that share a correlation id, oldest first: a request, its approval, its refresh, its result. */
export function listRelated(db: Database, accountId: string, correlationId: string): Promise<AuditEvent[]> {
  return readAsAccount(db, accountId, async (tx) => {
    const rows = await tx<{ line: string }[]>`
      select line from events where account_id = ${accountId} and correlation_id = ${correlationId} and ${isKept(tx, accountId)}
      order by recorded_at limit ${relatedMax}`;
    return rows.map((row) => parseLine(row.line));
  });
}

/**
 * Events from sequence `from` on, oldest first, and the next sequence number that the log will give. Where the log was
 * pruned the first event has a greater number than was asked for.
 */
export function listEventsFrom(
  db: Database,
  accountId: string,
  run: { from: number; newest?: number | undefined; limit: number },
): Promise<{ events: AuditEvent[]; head: number }> {
  return readAsAccount(db, accountId, async (tx) => {
    const head = await readHead(tx, accountId);
    const first = Math.max(run.from, head - (run.newest ?? head));
    if (first >= head) return { events: [], head };
    const rows = await tx<{ line: string }[]>`
      select line from events
      where account_id = ${accountId} and seq >= ${first} and ${isKept(tx, accountId)}
      order by seq limit ${run.limit}`;
    return { events: rows.map((row) => parseLine(row.line)), head };
  });
}

/** Pruned events are out of sight from the moment their pruning is recorded; their partition goes some time later. */
function isKept(tx: TransactionSql, accountId: string) {
  return tx`recorded_at >= coalesce(
    (select pruned_until from event_rollups where account_id = ${accountId}), '-infinity')`;
}

async function readHead(tx: TransactionSql, accountId: string): Promise<number> {
  const [row] = await tx<{ next_seq: string }[]>`select next_seq from heads where account_id = ${accountId}`;
  return Number(row?.next_seq ?? 0);
}
