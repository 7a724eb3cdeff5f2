// Keeps the log's weekly partitions made ahead of need: an append without its partition would fail.

import type { Context } from '../base/context.ts';
import type { Database } from '../base/db.ts';

const weeksAhead = 3;

/** Makes the partitions that are missing and says so in the log. Safe at any time and on several nodes at once. */
export async function ensurePartitions(ctx: Context): Promise<void> {
  const made = await makePartitions(ctx.db);
  if (made > 0) ctx.log.info({ made }, 'event partitions made');
}

/** Makes the partitions that are missing; answers how many. */
export async function makePartitions(db: Pick<Database, 'raw'>): Promise<number> {
  const [row] = await db.raw<{ made: number }[]>`select ensure_event_partitions(${weeksAhead}) as made`;
  return row?.made ?? 0;
}
