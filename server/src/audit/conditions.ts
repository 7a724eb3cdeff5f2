// A filter as SQL over rows of `events`.

import type { EventFilter } from '@keytrail/shared/event';
import { searchedMembers, toSearchText } from '@keytrail/shared/event-match';
import type { Fragment, TransactionSql } from 'postgres';

/** `and …` for every member of the filter but the dates; nothing for an empty filter. */
export function toEventConditions(sql: TransactionSql, filter: EventFilter): Fragment {
  return joinFragments(sql, [
    anyOf(sql, sql`type`, filter.types),
    anyOf(sql, sql`source`, filter.sources),
    anyOf(sql, sql`service`, filter.services),
    anyOf(sql, sql`agent_id::text`, filter.agentIds),
    anyOf(sql, sql`credential_id::text`, filter.credentialIds),
    anyOf(sql, sql`proxy_id::text`, filter.proxyIds),
    anyOf(sql, sql`outcome`, filter.outcomes),
    anyOf(sql, sql`client`, filter.clients),
    anyOf(sql, sql`line::jsonb -> 'ev' ->> 'rule'`, filter.rules),
    filter.policyIds?.length ? sql`and line::jsonb -> 'ev' -> 'policyIds' ?| ${filter.policyIds}::text[]` : sql``,
    filter.ips?.length ? sql`and client_ip <<= any (${filter.ips}::inet[])` : sql``,
    filter.text === undefined ? sql`` : hasText(sql, filter.text),
  ]);
}

/** `and …` for the dates of the filter. By way of text: as an instant the driver would cut the microseconds off. */
export function toTimeConditions(sql: TransactionSql, filter: EventFilter): Fragment {
  return joinFragments(sql, [
    filter.from === undefined ? sql`` : sql`and recorded_at >= ${filter.from}::text::timestamptz`,
    filter.to === undefined ? sql`` : sql`and recorded_at < ${filter.to}::text::timestamptz`,
  ]);
}

function anyOf(sql: TransactionSql, column: Fragment, values: readonly string[] | undefined): Fragment {
  return values?.length ? sql`and ${column} = any (${values}::text[])` : sql``;
}

function hasText(sql: TransactionSql, text: string): Fragment {
  const members = joinFragments(
    sql,
    searchedMembers.map((name) => sql`, line::jsonb -> 'ev' ->> ${name}`),
  );
  return sql`and strpos(lower(concat_ws(chr(10) ${members}) collate "und-x-icu"), ${toSearchText(text)}) > 0`;
}

function joinFragments(sql: TransactionSql, fragments: readonly Fragment[]): Fragment {
  return fragments.reduce((all, fragment) => sql`${all} ${fragment}`, sql``);
}
