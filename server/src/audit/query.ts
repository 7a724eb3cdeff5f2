// Reads of one account's log: a page for people, a run for caches. Newest first pages by recorded-at, which orders
// as the sequence does and lets whole partitions go unread.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { parseLine } from '@keytrail/shared/leaf';
import type { TransactionSql } from 'postgres';
import { type Database, readAsAccount } from '../base/db.ts';
import { toEventConditions } from './conditions.ts';
import { findRecordedAts, readOutlook, type Search } from './search.ts';
import { intersect, inWindow, isEmpty, toInstant, toWindow, type Window } from './window.ts';

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
    const search = {
      accountId,
      filter,
      outlook: await readOutlook(tx, accountId, filter),
      newestFirst: after === undefined,
      limit,
    };
    const lines = await findLines(tx, search, toWindow(filter, { before, after }));
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

/** Lines in the search's order: what is not rolled up yet is looked at event by event, the rest by its facets. */
async function findLines(tx: TransactionSql, search: Search, window: Window): Promise<string[]> {
  const { prunedUntil, rolledUntil } = search.outlook;
  const kept = { low: prunedUntil, high: window.high };
  if (isUnfiltered({ ...search.filter, from: undefined, to: undefined })) {
    return readLines(tx, search, intersect(window, kept));
  }
  const tail = intersect(window, { low: rolledUntil + 1n, high: window.high });
  const rolled = intersect(intersect(window, kept), { low: 0n, high: rolledUntil + 1n });
  const readTail = (limit: number) => readLines(tx, { ...search, limit }, tail);
  const readRolled = async (limit: number) =>
    readLinesAt(tx, search, await findRecordedAts(tx, { ...search, limit }, rolled));
  const [first, second] = search.newestFirst ? [readTail, readRolled] : [readRolled, readTail];
  const lines = await first(search.limit);
  return lines.length === search.limit ? lines : [...lines, ...(await second(search.limit - lines.length))];
}

async function readLines(tx: TransactionSql, search: Search, window: Window): Promise<string[]> {
  if (isEmpty(window)) return [];
  const rows = await tx<{ line: string }[]>`
    select line from events where account_id = ${search.accountId} ${inWindow(tx, window)}
      ${toEventConditions(tx, search.filter)}
    order by recorded_at ${search.newestFirst ? tx`desc` : tx`asc`} limit ${search.limit}`;
  return rows.map(({ line }) => line);
}

async function readLinesAt(tx: TransactionSql, search: Search, recordedAts: bigint[]): Promise<string[]> {
  if (recordedAts.length === 0) return [];
  const rows = await tx<{ line: string }[]>`
    select line from events
    where account_id = ${search.accountId} and recorded_at = any (${recordedAts.map(toInstant)}::timestamptz[])
    order by recorded_at ${search.newestFirst ? tx`desc` : tx`asc`}`;
  return rows.map(({ line }) => line);
}

/** One event by its id; null where the log does not hold it. */
export function findEvent(db: Database, accountId: string, id: string): Promise<AuditEvent | null> {
  return readAsAccount(db, accountId, async (tx) => {
    const [row] = await tx<{ line: string }[]>`select line from events where account_id = ${accountId} and id = ${id}`;
    return row === undefined ? null : parseLine(row.line);
  });
}

const relatedMax = 200;

/** The events that share a correlation id, oldest first: a request, its approval, its refresh, its result. */
export function listRelated(db: Database, accountId: string, correlationId: string): Promise<AuditEvent[]> {
  return readAsAccount(db, accountId, async (tx) => {
    const rows = await tx<{ line: string }[]>`
      select line from events where account_id = ${accountId} and correlation_id = ${correlationId}
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
      where account_id = ${accountId} and seq >= ${first} order by seq limit ${run.limit}`;
    return { events: rows.map((row) => parseLine(row.line)), head };
  });
}

async function readHead(tx: TransactionSql, accountId: string): Promise<number> {
  const [row] = await tx<{ next_seq: string }[]>`select next_seq from heads where account_id = ${accountId}`;
  return Number(row?.next_seq ?? 0);
}
