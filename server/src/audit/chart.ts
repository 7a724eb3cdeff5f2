// How the events of a filter spread over time, by type.

import type { EventFilter, EventType } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { joinFragments, toFacetTests } from './conditions.ts';
import { rollUp } from './roll-up.ts';
import { countPassing, readExtent } from './slots.ts';

export interface Chart {
  readonly bucket: 'hour' | 'day';
  /** Only buckets with events, oldest first. `at`: where the bucket begins, in UTC. */
  readonly bars: { readonly at: string; readonly counts: Partial<Record<EventType, number>> }[];
}

/**
 * Events by type over time, of everything recorded before the call. Days and hours are those of the zone; where it
 * lies a quarter of an hour off (Nepal, Chatham), the half hour around midnight counts whole.
 */
export async function countOverTime(
  ctx: Context,
  accountId: string,
  input: { filter: EventFilter; zone: string; bucket: 'hour' | 'day' },
): Promise<Chart> {
  const { filter, zone, bucket } = input;
  await rollUp(ctx.db, accountId);
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const extent = await readExtent(tx, accountId);
    const counted = countPassing(tx, accountId, filter, extent, (at) => tx`date_trunc(${bucket}, ${at}, ${zone})`);
    const rows = await tx<{ at: string; type: EventType; count: number }[]>`
      with counted as materialized (${counted})
      select to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, type, sum(n)::int as count
      from counted join event_facets using (facet)
      where account_id = ${accountId} and ${joinFragments(tx, Object.values(toFacetTests(tx, filter)), tx` and `)}
      group by bucket, type order by bucket`;
    const bars = new Map<string, Chart['bars'][number]>();
    for (const { at, type, count } of rows) {
      bars.set(at, { at, counts: { ...bars.get(at)?.counts, [type]: count } });
    }
    return { bucket, bars: [...bars.values()] };
  });
}
