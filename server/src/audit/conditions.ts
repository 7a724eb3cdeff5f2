// A filter as SQL: over rows of `events`, whose lines hold what has no column, and over rows of `event_facets`.

import type { EventFilter } from '@keytrail/shared/event';
import { type FacetName, facetNames } from '@keytrail/shared/event';
import { searchedMembers, toSearchText } from '@keytrail/shared/event-match';
import type { Fragment, TransactionSql } from 'postgres';

/** What a filter may look at, as SQL. The columns are named alike in both tables. */
interface Source {
  readonly rule: Fragment;
  readonly policyIds: Fragment;
  /** Everything that a text filter looks through, in lower case. */
  readonly words: Fragment;
}

/** `and …` for every member of the filter but the dates, over rows of `events`. */
export function toEventConditions(sql: TransactionSql, filter: EventFilter): Fragment {
  const members = searchedMembers.map((name) => sql`line::jsonb -> 'ev' ->> ${name}`);
  return toConditions(sql, filter, {
    rule: sql`(line::jsonb -> 'ev' ->> 'rule')`,
    policyIds: sql`array(select jsonb_array_elements_text(line::jsonb -> 'ev' -> 'policyIds'))::uuid[]`,
    words: sql`lower(concat_ws(chr(10), ${joinFragments(sql, members, sql`,`)}) collate "und-x-icu")`,
  });
}

/** The same over rows of `event_facets`, where a text filter finds everything but stated reasons. */
export function toFacetConditions(sql: TransactionSql, filter: EventFilter): Fragment {
  return toConditions(sql, filter, facetSource(sql));
}

/** Each member of the filter as a condition of its own over `event_facets`, `true` where it is open. */
export function toFacetTests(sql: TransactionSql, filter: EventFilter): Record<FacetName, Fragment> {
  const source = facetSource(sql);
  const tests = facetNames.map((name) => [name, toTest(sql, filter, name, source)] as const);
  return Object.fromEntries(tests) as Record<FacetName, Fragment>; // One entry for every name.
}

function facetSource(sql: TransactionSql): Source {
  return { rule: sql`rule`, policyIds: sql`policy_ids`, words: sql`words` };
}

function toConditions(sql: TransactionSql, filter: EventFilter, source: Source): Fragment {
  const tests = facetNames.filter((name) => filter[name]?.length).map((name) => toTest(sql, filter, name, source));
  const text = toSearchText(filter.text ?? '');
  if (text !== '') tests.push(sql`strpos(${source.words}, ${text}) > 0`);
  return joinFragments(
    sql,
    tests.map((test) => sql`and ${test}`),
    sql` `,
  );
}

function toTest(sql: TransactionSql, filter: EventFilter, name: FacetName, source: Source): Fragment {
  const values = filter[name];
  if (!values?.length) return sql`true`;
  switch (name) {
    case 'types':
      return sql`type = any (${values}::text[])`;
    case 'sources':
      return sql`source = any (${values}::text[])`;
    case 'services':
      return sql`service = any (${values}::text[])`;
    case 'agentIds':
      return sql`agent_id = any (${values}::uuid[])`;
    case 'credentialIds':
      return sql`credential_id = any (${values}::uuid[])`;
    case 'proxyIds':
      return sql`proxy_id = any (${values}::uuid[])`;
    case 'outcomes':
      return sql`outcome = any (${values}::text[])`;
    case 'clients':
      return sql`client = any (${values}::text[])`;
    case 'ips':
      return sql`client_ip <<= any (${values}::inet[])`;
    case 'rules':
      return sql`${source.rule} = any (${values}::text[])`;
    case 'policyIds':
      return sql`${source.policyIds} && ${values}::uuid[]`;
  }
}

/** Fragments with something between them. */
export function joinFragments(sql: TransactionSql, fragments: readonly Fragment[], between: Fragment): Fragment {
  return (
    fragments.reduce(
      (all: Fragment | null, fragment) => (all === null ? fragment : sql`${all}${between}${fragment}`),
      null,
    ) ?? sql``
  );
}
