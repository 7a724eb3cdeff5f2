// How often each agent was refused of late: exact, and read from the facets, and of the log only from the events that
// stand for several refusals.

import type { EventFilter } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { toFacetTests } from './conditions.ts';
import { rollUp } from './roll-up.ts';
import { countPassing, readExtent } from './slots.ts';
import { intersect, inWindow, toWindow } from './window.ts';

/** "Of late": what the log shows for the last seven days. */
const spanMs = 7 * 86_400_000;

export interface AgentDenials {
  readonly agentId: string;
  /** Refusals: an event that a flood left behind counts for as many as it says. */
  readonly count: number;
}

/** Of every agent that was refused within the last seven days. */
export async function countDenials(ctx: Context, accountId: string): Promise<AgentDenials[]> {
  const filter: EventFilter = { outcomes: ['denied'], from: new Date(ctx.nowMs() - spanMs).toISOString() };
  await rollUp(ctx.db, accountId);
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const extent = await readExtent(tx, accountId);
    const counts = countPassing(tx, accountId, filter, extent, () => tx`null::text`);
    const tests = toFacetTests(tx, filter);
    // No string of a line holds `,"count":`, for within a string quotes are escaped. Written as the index has it.
    return tx<AgentDenials[]>`
      select agent_id as "agentId", sum(n)::int as count
      from (
        select agent_id, n from event_facets join (${counts}) counted using (facet)
        where account_id = ${accountId} and ${tests.outcomes}
        union all
        select agent_id, (line::jsonb -> 'ev' ->> 'count')::bigint - 1 from events
        where account_id = ${accountId} and outcome = 'denied' and strpos(line, ',"count":') > 0
          ${inWindow(tx, intersect(toWindow(filter, {}), extent))}
      ) refused
      where agent_id is not null group by agent_id order by agent_id`;
  });
}
