// A filter as SQL over rows of `event_facets`: each member a condition of its own.

import { type EventFilter, type FacetName, facetNames } from '@keytrail/shared/event';
import type { Fragment, TransactionSql } from 'postgres';

/** The condition of every member, `true` where it is open. Dates and text are not among them. */
export function toFacetTests(sql: TransactionSql, filter: EventFilter): Record<FacetName, Fragment> {
  const tests = facetNames.map((name) => [name, toTest(sql, filter, name)] as const);
  return Object.fromEntries(tests) as Record<FacetName, Fragment>; // One entry for every name.
}

function toTest(sql: TransactionSql, filter: EventFilter, name: FacetName): Fragment {
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
      return sql`rule = any (${values}::text[])`;
    case 'policyIds':
      return sql`policy_ids && ${values}::uuid[]`;
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
