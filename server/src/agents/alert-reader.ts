// Carries the reading of an account's log for alerts on, behind the appends. Any node may do it: whoever moves the
// cursor stores what lies behind its move, in the same transaction, so each event is judged once.

import type { AuditEvent } from '@keytrail/shared/event';
import { parseLine } from '@keytrail/shared/leaf';
import { and, eq, inArray } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import type { Context } from '../base/context.ts';
import { readAsAccount, type Transaction, withAccount } from '../base/db.ts';
import { alertCursors, alertMarks } from '../base/schema.ts';
import { findNews } from './alert-news.ts';
import { parseAlertState } from './alert-state.ts';
import { storeAlerts } from './alert-store.ts';
import { listMarks } from './alert-uses.ts';

const eventsMax = 5_000;
/** Older than that it is no news any more: a log that was filled in later, a server that was away for long. */
const newsAgeMs = 7 * 86_400_000;

interface Cursor {
  readonly nextSeq: number;
  readonly state: unknown;
}

interface Stretch {
  readonly cursor: Cursor;
  /** Behind the last event that was looked at. */
  readonly nextSeq: number;
  readonly events: AuditEvent[];
}

/**
 * Reads all that an account's log holds when it is asked. What comes while it reads asks by itself: to go on until nothing is
 * left would be to read a busy log event by event.
 */
export async function readAlerts(ctx: Context, accountId: string): Promise<void> {
  for (let isRead = false; !isRead && !ctx.stopping.aborted; ) {
    const stretch = await readStretch(ctx, accountId);
    const taken = stretch.nextSeq - stretch.cursor.nextSeq;
    const isJudged = taken === 0 || (await withAccount(ctx.db, accountId, (tx) => judge(tx, ctx, accountId, stretch)));
    // Whoever was faster may have begun before the last of these events was there.
    isRead = isJudged && taken < eventsMax;
  }
}

function readStretch(ctx: Context, accountId: string): Promise<Stretch> {
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx<{ next_seq: string; state: unknown }[]>`
      select next_seq, state from alert_cursors where account_id = ${accountId}`;
    const cursor = { nextSeq: Number(row?.next_seq ?? 0), state: row?.state ?? {} };
    const fresh = await readFresh(tx, accountId, cursor.nextSeq);
    const events = fresh.flatMap(({ line }) => (line === null ? [] : [parseLine(line)]));
    const last = fresh.at(-1);
    return { cursor, events, nextSeq: last === undefined ? cursor.nextSeq : Number(last.seq) + 1 };
  });
}

/**
 * Denials and refreshes all, uses only where one may be the first of its kind, and in any case the last event's number. What
 * an owner tried a proxy with names no key, and is none.
 */
function readFresh(tx: TransactionSql, accountId: string, from: number) {
  return tx<{ seq: string; line: string | null }[]>`
    with fresh as materialized (
      select seq, type, agent_id, proxy_id, client, client_ip, line,
        type in ('agent_access', 'secret_access') and outcome = 'ok'
          and (proxy_id is null or line like '%"keyId":"%') as is_use
      from events where account_id = ${accountId} and seq >= ${from} order by seq limit ${eventsMax}
    ), firsts as (
      select min(seq) as seq from fresh where is_use group by type, agent_id, proxy_id, client, client_ip
    )
    select seq, case when type in ('policy_denied', 'token_refresh') or seq in (select seq from firsts) then line end as line
    from fresh
    where type in ('policy_denied', 'token_refresh') or seq in (select seq from firsts) or seq = (select max(seq) from fresh)
    order by seq`;
}

/** False, and nothing is stored, where somebody else has judged some of it meanwhile. */
async function judge(tx: Transaction, ctx: Context, accountId: string, stretch: Stretch): Promise<boolean> {
  const marks = [...new Set(stretch.events.flatMap(listMarks))];
  const known = await findKnown(tx, accountId, marks);
  const news = findNews(stretch.events, known, parseAlertState(stretch.cursor.state), ctx.nowMs() - newsAgeMs);
  // Waits for another node's move of the cursor, and finds it moved then.
  if (!(await moveCursor(tx, accountId, stretch, news.state))) return false;
  if (news.marks.length > 0) {
    const markedAt = new Date(ctx.nowMs());
    await tx
      .insert(alertMarks)
      .values(news.marks.map((mark) => ({ accountId, mark, markedAt })))
      .onConflictDoNothing();
  }
  await storeAlerts(tx, ctx, accountId, news.alerts);
  return true;
}

async function findKnown(tx: Transaction, accountId: string, marks: readonly string[]): Promise<Set<string>> {
  if (marks.length === 0) return new Set();
  const rows = await tx
    .select({ mark: alertMarks.mark })
    .from(alertMarks)
    .where(and(eq(alertMarks.accountId, accountId), inArray(alertMarks.mark, [...marks])));
  return new Set(rows.map(({ mark }) => mark));
}

/** False where somebody else has moved it since it was read. */
async function moveCursor(tx: Transaction, accountId: string, stretch: Stretch, state: unknown): Promise<boolean> {
  const moved = await tx
    .insert(alertCursors)
    .values({ accountId, nextSeq: stretch.nextSeq, state })
    .onConflictDoUpdate({
      target: alertCursors.accountId,
      set: { nextSeq: stretch.nextSeq, state },
      setWhere: eq(alertCursors.nextSeq, stretch.cursor.nextSeq),
    })
    .returning({ accountId: alertCursors.accountId });
  return moved.length > 0;
}
