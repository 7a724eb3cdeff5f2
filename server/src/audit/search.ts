// Asks the database for one page of a log; how it searches is told in `drizzle/0045_search_by_places.sql`.

import type { EventFilter } from '@keytrail/shared/event';
import { toSearchText } from '@keytrail/shared/event-match';
import type { TransactionSql } from 'postgres';
import { isEmpty, toInstant, type Window } from './window.ts';

/** Where to look, from which end, and for how many. */
export interface Search {
  readonly accountId: string;
  readonly filter: EventFilter;
  readonly window: Window;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/** The lines of the events that pass, in the search's order. The filter's dates are the window's matter. */
export async function findLines(tx: TransactionSql, search: Search): Promise<string[]> {
  const { accountId, filter, window, newestFirst, limit } = search;
  if (isEmpty(window)) return [];
  const text = toSearchText(filter.text ?? '');
  const rows = await tx<{ line: string }[]>`
    select line from ${tx(newestFirst ? 'search_events_older' : 'search_events_newer')}(
      ${accountId}::uuid, ${toInstant(window.low)}::timestamptz, ${toInstant(window.high)}::timestamptz, ${limit},
      ${toList(filter.types)}::text[], ${toList(filter.sources)}::text[], ${toList(filter.services)}::text[],
      ${toList(filter.agentIds)}::uuid[], ${toList(filter.credentialIds)}::uuid[], ${toList(filter.proxyIds)}::uuid[],
      ${toList(filter.policyIds)}::uuid[], ${toList(filter.outcomes)}::text[], ${toList(filter.clients)}::text[],
      ${toList(filter.rules)}::text[], ${toList(filter.ips)}::inet[], ${text === '' ? null : text}::text)`;
  return rows.map(({ line }) => line);
}

/** An empty list admits everything, as an absent one does. */
function toList(values: string[] | undefined): string[] | null {
  return values?.length ? values : null;
}
