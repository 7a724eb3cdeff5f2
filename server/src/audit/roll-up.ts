// Carries the facets of a log on behind its events: what filters, counts and the chart are answered from. Nothing
// waits for it: what is not rolled up yet is read from the events themselves.

import type { AuditEvent } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import type { Database } from '../base/db.ts';

/** About as many events as a page can be found among by looking at each. */
const rollUpEvery = 256;
const eventsMax = 20_000;

/** Asks for a roll-up when an append has filled the next stretch. Whoever numbered the event asks, so exactly one node does. */
export function rollUpWhenDue(
  ctx: Pick<Context, 'rollUps'>,
  accountId: string,
  { seq }: Pick<AuditEvent, 'seq'>,
): void {
  if ((seq + 1) % rollUpEvery === 0) ctx.rollUps.request(accountId);
}

/** Rolls up all that an account's log holds by now. */
export async function rollUp(
  { raw, distributed }: Pick<Database, 'raw' | 'distributed'>,
  accountId: string,
): Promise<void> {
  for (let taken = eventsMax; taken === eventsMax; ) {
    const name = distributed ? raw`roll_up_for_account` : raw`roll_up_events`;
    const [row] = await raw<{ taken: number }[]>`select ${name}(${accountId}, ${eventsMax}) as taken`;
    taken = row?.taken ?? 0;
  }
}
