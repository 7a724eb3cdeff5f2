// Finds the recorded-ats of a page under a filter, at a cost that does not grow with the log. Which facets pass is
// known at once; how often each occurs in every half hour is, too. So a common filter walks the log until the page is
// full, and a rare one goes straight to the half hours that hold what it looks for.

import type { EventFilter } from '@keytrail/shared/event';
import { toSearchText } from '@keytrail/shared/event-match';
import type { Fragment, TransactionSql } from 'postgres';
import { toFacetConditions } from './conditions.ts';
import { intersect, inWindow, isEmpty, toInstant, type Window } from './window.ts';

/** What an account's facets say about a filter before any event is read. */
export interface Outlook {
  /** Events up to here are rolled up. Micros, like all instants here. */
  readonly rolledUntil: bigint;
  /** Events before this are pruned. */
  readonly prunedUntil: bigint;
  /** How many events are rolled up, and how many of them pass. */
  readonly total: number;
  readonly passing: number;
  /** How many facets pass, and between which recorded-ats their events lie. */
  readonly facets: number;
  readonly span: Window;
}

/** Where to look and how. */
export interface Search {
  readonly accountId: string;
  readonly filter: EventFilter;
  readonly outlook: Outlook;
  readonly newestFirst: boolean;
  readonly limit: number;
}

const micros = (sql: TransactionSql, instant: Fragment) =>
  sql`(extract(epoch from greatest(${instant}, 'epoch')) * 1000000)::bigint::text`;

/** Reads what the facets say about a filter. */
export async function readOutlook(tx: TransactionSql, accountId: string, filter: EventFilter): Promise<Outlook> {
  const passes = tx`true ${toFacetConditions(tx, filter)}`;
  const [row] = await tx<Record<'rolled' | 'pruned' | 'total' | 'passing' | 'facets' | 'first' | 'last', string>[]>`
    select coalesce(${micros(tx, tx`rolled_until`)}, '0') as rolled, coalesce(${micros(tx, tx`pruned_until`)}, '0') as pruned, f.*
    from (select ${accountId}::uuid as account_id) a left join event_rollups using (account_id), (
      select coalesce(sum(count), 0) as total, coalesce(sum(count) filter (where ${passes}), 0) as passing,
        count(*) filter (where ${passes}) as facets,
        coalesce(${micros(tx, tx`min(first_at) filter (where ${passes})`)}, '0') as first,
        coalesce(${micros(tx, tx`max(last_at) filter (where ${passes})`)}, '0') as last
      from event_facets where account_id = ${accountId}
    ) f`;
  if (row === undefined) throw new Error('a sum always has a row');
  return {
    rolledUntil: BigInt(row.rolled),
    prunedUntil: BigInt(row.pruned),
    total: Number(row.total),
    passing: Number(row.passing),
    facets: Number(row.facets),
    span: { low: BigInt(row.first), high: BigInt(row.last) + 1n },
  };
}

/** Recorded-ats of the rolled-up events in a window that pass, in the search's order. */
export async function findRecordedAts(tx: TransactionSql, search: Search, window: Window): Promise<bigint[]> {
  const found = await findByFacet(tx, search, intersect(window, search.outlook.span));
  const text = toSearchText(search.filter.text ?? '');
  if (text !== '') found.push(...(await findByReason(tx, search, window, text)));
  return inOrder(found, search).slice(0, search.limit);
}

async function findByFacet(tx: TransactionSql, search: Search, window: Window): Promise<bigint[]> {
  if (isEmpty(window) || search.outlook.facets === 0) return [];
  const steps = toWalkSteps(search);
  const walk = steps === 0 ? { found: [], rest: window } : await walkLog(tx, search, window, steps);
  if (walk.found.length === search.limit || isEmpty(walk.rest)) return walk.found;
  const limit = search.limit - walk.found.length;
  return [...walk.found, ...(await visitSlots(tx, { ...search, limit }, walk.rest))];
}

/** Asking one facet for its half hours costs about as much as this many steps of a walk. */
const stepsPerFacet = 20;
const stepsMax = 8000;

/**
 * How far to walk before going by half hours: a few times as far as a page takes where what passes is spread evenly,
 * and not at all where that is dearer than asking each facet.
 */
export function toWalkSteps({ outlook, limit }: Pick<Search, 'outlook' | 'limit'>): number {
  const expected = (limit * outlook.total) / Math.max(1, outlook.passing);
  return expected > Math.min(stepsMax, outlook.facets * stepsPerFacet) ? 0 : Math.ceil(expected * 3) + limit;
}

/** Goes through the log step by step, looking at nothing but the index; `rest` is what it did not get to. */
async function walkLog(
  tx: TransactionSql,
  { accountId, filter, newestFirst, limit }: Search,
  window: Window,
  steps: number,
): Promise<{ found: bigint[]; rest: Window }> {
  const order = newestFirst ? tx`desc` : tx`asc`;
  const [row] = await tx<{ found: string[]; walked: number; reached: string }[]>`
    with walk as materialized (
      select recorded_at, facet from events where account_id = ${accountId} ${inWindow(tx, window)}
      order by recorded_at ${order} limit ${steps}
    ), passing as (
      select recorded_at from walk where facet in (
        select facet from event_facets where account_id = ${accountId} ${toFacetConditions(tx, filter)}
      ) order by recorded_at ${order} limit ${limit}
    )
    select coalesce((select array_agg(${micros(tx, tx`recorded_at`)}) from passing), '{}') as found,
      (select count(*)::int from walk) as walked,
      (select coalesce(${micros(tx, newestFirst ? tx`min(recorded_at)` : tx`max(recorded_at)`)}, '0') from walk) as reached`;
  if (row === undefined) throw new Error('an aggregate always has a row');
  const found = row.found.map(BigInt);
  const reached = BigInt(row.reached);
  if (row.walked < steps) return { found, rest: { low: window.high, high: window.high } };
  return { found, rest: newestFirst ? { low: window.low, high: reached } : { low: reached + 1n, high: window.high } };
}

/**
 * Goes to the nearest half hours in which the facets occur. A half hour that the window cuts counts for nothing: it is
 * visited, and not relied on to fill the page.
 */
async function visitSlots(
  tx: TransactionSql,
  { accountId, filter, newestFirst, limit }: Search,
  window: Window,
): Promise<bigint[]> {
  const order = newestFirst ? tx`desc` : tx`asc`;
  const low = tx`${toInstant(window.low)}::timestamptz`;
  const high = tx`${toInstant(window.high)}::timestamptz`;
  const rows = await tx<{ at: string }[]>`
    with chosen as materialized (
      select facet from event_facets
      where account_id = ${accountId} ${toFacetConditions(tx, filter)} and first_at < ${high} and last_at >= ${low}
    ), visited as (
      select s.* from chosen cross join lateral (
        select facet, slot, case when slot >= ${low} and slot + interval '30 minutes' <= ${high} then count else 0 end as sure
        from event_slots
        where account_id = ${accountId} and event_slots.facet = chosen.facet
          and slot > ${low} - interval '30 minutes' and slot < ${high}
        order by slot ${order} limit ${limit + 1}
      ) s
    ), needed as (
      select facet, slot, coalesce(sum(sure) over (
        order by slot ${order} groups between unbounded preceding and 1 preceding), 0) as nearer
      from visited
    )
    select ${micros(tx, tx`e.recorded_at`)} as at from needed cross join lateral (
      select recorded_at from events
      where account_id = ${accountId} and events.facet = needed.facet
        and recorded_at >= greatest(needed.slot, ${low})
        and recorded_at < least(needed.slot + interval '30 minutes', ${high})
      order by recorded_at ${order} limit ${limit}
    ) e
    where nearer < ${limit} order by e.recorded_at ${order} limit ${limit}`;
  return rows.map(({ at }) => BigInt(at));
}

const reasonSteps = 2000;
/** Shorter texts have no trigram to be looked up by; they are also seldom rare. */
const trigramLength = 3;

/** Events whose stated reason holds the text and whose facet does not: those are found by their facet. */
async function findByReason(tx: TransactionSql, search: Search, window: Window, text: string): Promise<bigint[]> {
  if (isEmpty(window)) return [];
  const near = await scanReasons(tx, search, window, text, text.length < trigramLength ? undefined : reasonSteps);
  if (near.found.length === search.limit || isEmpty(near.rest)) return near.found;
  // Rare, then: by trigram, which takes the kind of scan that the log's own queries are kept from.
  await tx`set local enable_bitmapscan = on`;
  const limit = search.limit - near.found.length;
  return [...near.found, ...(await scanReasons(tx, { ...search, limit }, near.rest, text, undefined)).found];
}

async function scanReasons(
  tx: TransactionSql,
  { accountId, filter, newestFirst, limit }: Search,
  window: Window,
  text: string,
  steps: number | undefined,
): Promise<{ found: bigint[]; rest: Window }> {
  const order = newestFirst ? tx`desc` : tx`asc`;
  const pattern = toPattern(text);
  const matching = tx`reason like ${pattern}`;
  const [row] = await tx<{ found: string[]; walked: number; reached: string }[]>`
    with walk as materialized (
      select recorded_at, facet ${steps === undefined ? tx`` : tx`, ${matching} as hit`} from event_reasons
      where account_id = ${accountId} ${inWindow(tx, window)} ${steps === undefined ? tx`and ${matching}` : tx``}
      ${steps === undefined ? tx`` : tx`order by recorded_at ${order} limit ${steps}`}
    ), passing as (
      select recorded_at from walk where ${steps === undefined ? tx`true` : tx`hit`} and facet in (
        select facet from event_facets where account_id = ${accountId}
          ${toFacetConditions(tx, { ...filter, text: undefined })} and strpos(words, ${text}) = 0
      ) order by recorded_at ${order} limit ${limit}
    )
    select coalesce((select array_agg(${micros(tx, tx`recorded_at`)}) from passing), '{}') as found,
      (select count(*)::int from walk) as walked,
      (select coalesce(${micros(tx, newestFirst ? tx`min(recorded_at)` : tx`max(recorded_at)`)}, '0') from walk) as reached`;
  if (row === undefined) throw new Error('an aggregate always has a row');
  const found = row.found.map(BigInt);
  const reached = BigInt(row.reached);
  if (steps === undefined || row.walked < steps) return { found, rest: { low: window.high, high: window.high } };
  return { found, rest: newestFirst ? { low: window.low, high: reached } : { low: reached + 1n, high: window.high } };
}

/** A LIKE pattern for text that holds it somewhere. */
export function toPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

function inOrder(found: bigint[], { newestFirst }: Pick<Search, 'newestFirst'>): bigint[] {
  const sorted = found.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return newestFirst ? sorted.reverse() : sorted;
}
