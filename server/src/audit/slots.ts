// Counts events by facet and by a bucket of time: whole half hours from their counts, the two that a window may cut
// from the log itself.

import type { EventFilter } from '@keytrail/shared/event';
import { toSearchText } from '@keytrail/shared/event-match';
import type { Fragment, TransactionSql } from 'postgres';
import { joinFragments } from './conditions.ts';
import { intersect, inWindow, splitAtSlots, toWindow, type Window } from './window.ts';

/** What of an account's log the counts cover: from what is not pruned to what is rolled up. */
export async function readExtent(tx: TransactionSql, accountId: string): Promise<Window> {
  const micros = (instant: Fragment) => tx`(extract(epoch from greatest(${instant}, 'epoch')) * 1000000)::bigint::text`;
  const [row] = await tx<{ pruned: string; rolled: string }[]>`
    select ${micros(tx`pruned_until`)} as pruned, ${micros(tx`rolled_until`)} as rolled
    from event_rollups where account_id = ${accountId}`;
  return { low: BigInt(row?.pruned ?? 0), high: BigInt(row?.rolled ?? 0) + 1n };
}

/** What an instant is counted under, as SQL. */
type ToBucket = (at: Fragment) => Fragment;

/** `facet, bucket, n`: the events of an extent that the filter's dates and text admit. Its other members are not heeded. */
export function countPassing(
  tx: TransactionSql,
  accountId: string,
  filter: EventFilter,
  extent: Window,
  toBucket: ToBucket,
): Fragment {
  const window = intersect(toWindow(filter, {}), extent);
  const counts = countInWindow(tx, accountId, window, toBucket);
  const text = toSearchText(filter.text ?? '');
  if (text === '') return counts;
  return tx`
    select named.* from (${counts}) named
      join event_facets f on f.account_id = ${accountId} and f.facet = named.facet and strpos(f.words, ${text}) > 0
    union all
    select r.facet, ${toBucket(tx`r.recorded_at`)} as bucket, count(*) as n from event_reasons r
      join event_facets f on f.account_id = ${accountId} and f.facet = r.facet and strpos(f.words, ${text}) = 0
    where r.account_id = ${accountId} and r.reason like ${toPattern(text)} ${inWindow(tx, window)} group by 1, 2`;
}

function countInWindow(tx: TransactionSql, accountId: string, window: Window, toBucket: ToBucket): Fragment {
  const { whole, edges } = splitAtSlots(window);
  const slots = tx`
    select facet, ${toBucket(tx`slot`)} as bucket, sum(count) as n from event_slots
    where account_id = ${accountId} ${inWindow(tx, whole, 'slot')} group by 1, 2`;
  const cut = edges.map(
    (edge) => tx`
    select facet, ${toBucket(tx`recorded_at`)} as bucket, count(*) as n from events
    where account_id = ${accountId} ${inWindow(tx, edge)} group by 1, 2`,
  );
  return joinFragments(tx, [slots, ...cut], tx` union all `);
}

/** A LIKE pattern for what holds the text somewhere. */
function toPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
