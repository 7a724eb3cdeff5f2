// How many events each value of each filter would show, and how they spread over time.

import { type EventFilter, type EventType, type FacetName, facetNames } from '@keytrail/shared/event';
import type { TransactionSql } from 'postgres';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { toEventConditions, toTimeConditions } from './conditions.ts';

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

const valuesMax = 100;

const columns: Record<FacetName, string> = {
  types: 'type',
  sources: 'source',
  services: 'service',
  agentIds: 'agent_id::text',
  credentialIds: 'credential_id::text',
  proxyIds: 'proxy_id::text',
  outcomes: 'outcome',
  clients: 'client',
  ips: 'host(client_ip)',
  rules: "line::jsonb -> 'ev' ->> 'rule'",
  policyIds: "jsonb_array_elements_text(coalesce(line::jsonb -> 'ev' -> 'policyIds', '[]'))",
};
const labels: Partial<Record<FacetName, string>> = {
  agentIds: 'agentName',
  credentialIds: 'credentialLabel',
  proxyIds: 'proxyName',
};

/** Exact counts for a filter. */
export function countFacets(ctx: Context, accountId: string, filter: EventFilter): Promise<Facets> {
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const values = {} as Record<FacetName, FacetValue[]>;
    for (const name of facetNames) values[name] = await countValues(tx, accountId, filter, name);
    const [row] = await tx<{ total: number }[]>`select count(*)::int as total from events
      where account_id = ${accountId} ${toEventConditions(tx, filter)} ${toTimeConditions(tx, filter)}`;
    const [first] = await tx<{ oldest: string }[]>`
      select to_char(min(recorded_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as oldest
      from events where account_id = ${accountId}`;
    return { total: row?.total ?? 0, oldest: first?.oldest ?? null, values };
  });
}

function countValues(tx: TransactionSql, accountId: string, filter: EventFilter, name: FacetName) {
  const others = { ...filter, [name]: undefined };
  const label = labels[name];
  return tx<FacetValue[]>`
    select value, (array_agg(label order by recorded_at desc))[1] as label, count(*)::int as count from (
      select ${tx.unsafe(columns[name])} as value, recorded_at,
        ${label === undefined ? tx`null` : tx`line::jsonb -> 'ev' ->> ${label}`} as label
      from events where account_id = ${accountId} ${toEventConditions(tx, others)} ${toTimeConditions(tx, others)}
    ) found where value is not null group by value order by count desc, value limit ${valuesMax}`;
}

export interface Chart {
  readonly bucket: 'hour' | 'day';
  /** Only buckets with events, oldest first. `at`: where the bucket begins, in UTC. */
  readonly bars: { readonly at: string; readonly counts: Partial<Record<EventType, number>> }[];
}

/** Events by type over time. Days are those of the zone. */
export function countOverTime(
  ctx: Context,
  accountId: string,
  input: { filter: EventFilter; zone: string; bucket: 'hour' | 'day' },
): Promise<Chart> {
  const { filter, zone, bucket } = input;
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const rows = await tx<{ at: string; type: EventType; count: number }[]>`
      select to_char(date_trunc(${bucket}, recorded_at, ${zone}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
        type, count(*)::int as count
      from events where account_id = ${accountId} ${toEventConditions(tx, filter)} ${toTimeConditions(tx, filter)}
      group by 1, 2 order by 1`;
    const bars = new Map<string, Chart['bars'][number]>();
    for (const { at, type, count } of rows) {
      bars.set(at, { at, counts: { ...bars.get(at)?.counts, [type]: count } });
    }
    return { bucket, bars: [...bars.values()] };
  });
}
