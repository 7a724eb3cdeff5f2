// How often each agent was refused of late: exact, and read from the facets rather than from the log.

import type { EventFilter } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { toFacetTests } from './conditions.ts';
import { rollUp } from './roll-up.ts';
import { countPassing, readExtent } from './slots.ts';

/** "Of late": what the log shows for the last seven days. */
const spanMs = 7 * 86_400_000;

export interface AgentDenials {
  readonly agentId: string;
  /** Events of the log. */
  readonly count: number;
}

/** Of every agent that was refused within the last seven days. */
export async function countDenials(ctx: Context, accountId: string): Promise<AgentDenials[]> {
  const filter: EventFilter = { outcomes: ['denied'], from: new Date(ctx.nowMs() - spanMs).toISOString() };
  await rollUp(ctx.db, accountId);
  return readAsAccount(ctx.db, accountId, async (tx) => {
    const counts = countPassing(tx, accountId, filter, await readExtent(tx, accountId), () => tx`null::text`);
    const tests = toFacetTests(tx, filter);
    return tx<AgentDenials[]>`
      select agent_id as "agentId", sum(n)::int as count
      from event_facets join (${counts}) counted using (facet)
      where account_id = ${accountId} and agent_id is not null and ${tests.outcomes}
      group by agent_id order by agent_id`;
  });
}
