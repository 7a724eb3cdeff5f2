// Counts events by facet and by a bucket of time: whole half hours from their counts, the two that a window may cut
// from the log itself.

import type { EventFilter } from '@keytrail/shared/event';
import { toSearchText } from '@keytrail/shared/event-match';
import type { Fragment, TransactionSql } from 'postgres';
import { joinFragments } from './conditions.ts';
import { type Outlook, toPattern } from './search.ts';
import { intersect, inWindow, splitAtSlots, toWindow, type Window } from './window.ts';

/** What an instant is counted under, as SQL. */
type ToBucket = (at: Fragment) => Fragment;

/** `facet, bucket, n`: the rolled-up events that the filter's dates and text admit. Its other members are not heeded. */
export function countPassing(
  tx: TransactionSql,
  accountId: string,
  filter: EventFilter,
  outlook: Outlook,
  toBucket: ToBucket,
): Fragment {
  const window = intersect(toWindow(filter, {}), { low: outlook.prunedUntil, high: outlook.rolledUntil + 1n });
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
