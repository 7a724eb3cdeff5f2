// Reads of one account's log: a page for people, a run for caches. Newest first pages by recorded-at, which orders
// as the sequence does and lets whole partitions go unread.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { parseLine } from '@keytrail/shared/leaf';
import type { Fragment, TransactionSql } from 'postgres';
import { type Database, readAsAccount } from '../base/db.ts';

export interface EventPage {
  /** Newest first. */
  readonly events: AuditEvent[];
  /** Pass back as `before` for the next older page; null at the end of the log. */
  readonly before: string | null;
}

/** One page of the events that pass the filter, older than `before` (a recorded-at) where given. */
export function listEvents(
  db: Database,
  accountId: string,
  page: { filter: EventFilter; before?: string | undefined; limit: number },
): Promise<EventPage> {
  return readAsAccount(db, accountId, async (tx) => {
    const rows = await tx<{ line: string }[]>`
      select line from events
      where account_id = ${accountId} ${toConditions(tx, page.filter)}
        ${page.before === undefined ? tx`` : tx`and recorded_at < ${page.before}::timestamptz`}
      order by recorded_at desc limit ${page.limit}`;
    const events = rows.map((row) => parseLine(row.line));
    return { events, before: events.length === page.limit ? (events.at(-1)?.recordedAt ?? null) : null };
  });
}

/** Events from sequence `from` on, oldest first, and the next sequence number that the log will give. */
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
      where account_id = ${accountId} and seq >= ${first} and seq < ${first + run.limit}
      order by seq limit ${run.limit}`;
    return { events: rows.map((row) => parseLine(row.line)), head };
  });
}

async function readHead(tx: TransactionSql, accountId: string): Promise<number> {
  const [row] = await tx<{ next_seq: string }[]>`select next_seq from heads where account_id = ${accountId}`;
  return Number(row?.next_seq ?? 0);
}

function toConditions(tx: TransactionSql, filter: EventFilter): Fragment {
  const parts = [
    anyOf(tx, 'type', filter.types),
    anyOf(tx, 'source', filter.sources),
    anyOf(tx, 'service', filter.services),
    anyOf(tx, 'agent_id', filter.agentIds),
    filter.from === undefined ? tx`` : tx`and recorded_at >= ${filter.from}::timestamptz`,
    filter.to === undefined ? tx`` : tx`and recorded_at < ${filter.to}::timestamptz`,
  ];
  return parts.reduce((all, part) => tx`${all} ${part}`, tx``);
}

function anyOf(
  tx: TransactionSql,
  column: 'type' | 'source' | 'service' | 'agent_id',
  values: readonly string[] | undefined,
): Fragment {
  if (values === undefined || values.length === 0) return tx``;
  // One value as equality: only that lets the index run in order.
  if (values.length === 1) return tx`and ${tx(column)} = ${values[0] ?? ''}`;
  return tx`and ${tx(column)} in ${tx([...values])}`;
}
