// How many events each value of each filter would show: exact, and read from the facets rather than from the log.

import { countedValuesMax, type EventFilter, type FacetName, facetNames } from '@keytrail/shared/event';
import type { Fragment, TransactionSql } from 'postgres';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { joinFragments, toFacetTests } from './conditions.ts';
import { rollUp } from './roll-up.ts';
import { countPassing, readExtent } from './slots.ts';
import { toInstant, type Window } from './window.ts';

export interface FacetValue {
  readonly value: string;
  /** The latest name of an agent, credential or proxy; null where the value is its own name. */
  readonly label: string | null;
  readonly count: number;
}

export interface Facets {
  /** How many events pass the whole filter. */
  readonly total: number;
  /** Recorded-at of the oldest event that the log still holds; null for an empty log. */
  readonly oldest: string | null;
  /** By filter member, most frequent first: how many events would pass if this value were the member's only one. */
  readonly values: Record<FacetName, FacetValue[]>;
}

/** Exact counts for a filter, of everything recorded before the call. */
export async function countFacets(ctx: Context, accountId: string, filter: EventFilter): Promise<Facets> {
  await rollUp(ctx.db, accountId);
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const extent = await readExtent(tx, accountId);
    const rows = await countValues(tx, accountId, filter, extent);
    const values = facetNames.map((name) => [name, toValues(rows.filter((row) => row.name === name))] as const);
    return {
      total: rows.find(({ name }) => name === 'total')?.count ?? 0,
      oldest: await readOldest(tx, accountId, extent),
      values: Object.fromEntries(values) as Facets['values'], // One entry for every name.
    };
  });
}

interface CountedValue {
  readonly name: FacetName | 'total';
  readonly value: string;
  readonly label: string | null;
  readonly count: number;
}

function toValues(rows: readonly CountedValue[]): FacetValue[] {
  return [...rows]
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
    .slice(0, countedValuesMax)
    .map(({ value, label, count }) => ({ value, label, count }));
}

const columns: Record<FacetName, { readonly value: string; readonly label: string | null }> = {
  types: { value: 'type', label: null },
  sources: { value: 'source', label: null },
  services: { value: 'service', label: null },
  agentIds: { value: 'agent_id', label: 'agent_name' },
  credentialIds: { value: 'credential_id', label: 'credential_label' },
  proxyIds: { value: 'proxy_id', label: 'proxy_name' },
  outcomes: { value: 'outcome', label: null },
  clients: { value: 'client', label: null },
  ips: { value: 'client_ip', label: null },
  rules: { value: 'rule', label: null },
  policyIds: { value: 'unnest(policy_ids)', label: null },
};

function countValues(tx: TransactionSql, accountId: string, filter: EventFilter, extent: Window) {
  const tests = toFacetTests(tx, filter);
  const passesAllBut = (but: FacetName | null) => {
    const others = facetNames.filter((name) => name !== but && filter[name]?.length);
    return joinFragments(tx, [tx`true`, ...others.map((name) => tx.unsafe(`passes_${name.toLowerCase()}`))], tx` and `);
  };
  const tested = facetNames.map((name) => tx`${tests[name]} as ${tx.unsafe(`passes_${name.toLowerCase()}`)}`);
  const branches = facetNames.map((name) => {
    const { value, label } = columns[name];
    // By value and label first: what is left to order by time are a few names each.
    return tx`select ${name} as name, value, (array_agg(label order by last_at desc))[1] as label, sum(n)::int as count
      from (
        select ${tx.unsafe(value)} as value, ${tx.unsafe(label ?? 'null')}::text as label, sum(n) as n, max(last_at) as last_at
        from facet where ${passesAllBut(name)} group by 1, 2
      ) named where value is not null group by value`;
  });
  return tx<CountedValue[]>`
    with counted as materialized (${countByFacet(tx, accountId, filter, extent)}),
    facet as materialized (
      select type, source, service, agent_id::text, agent_name, credential_id::text, credential_label, proxy_id::text,
        proxy_name, outcome, client, host(client_ip) as client_ip, rule, policy_ids::text[], last_at, n,
        ${joinFragments(tx, tested, tx`, `)}
      from event_facets join counted using (facet) where account_id = ${accountId}
    )
    select 'total' as name, '' as value, null as label, coalesce(sum(n), 0)::int as count from facet where ${passesAllBut(null)}
    union all ${joinFragments(tx, branches, tx` union all `)}`;
}

/** `facet, n`: how many events of each facet the filter's dates and text admit. Its other members are not heeded. */
function countByFacet(tx: TransactionSql, accountId: string, filter: EventFilter, extent: Window): Fragment {
  const isWhole = filter.from === undefined && filter.to === undefined && filter.text === undefined;
  if (isWhole) return tx`select facet, count as n from event_facets where account_id = ${accountId}`;
  const counts = countPassing(tx, accountId, filter, extent, () => tx`null::text`);
  return tx`select facet, sum(n) as n from (${counts}) parts group by facet`;
}

async function readOldest(tx: TransactionSql, accountId: string, { low }: Window): Promise<string | null> {
  const [row] = await tx<{ oldest: string }[]>`
    select to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as oldest from events
    where account_id = ${accountId} and recorded_at >= ${toInstant(low)}::timestamptz
    order by recorded_at limit 1`;
  return row?.oldest ?? null;
}
