// Keeps the log's weekly partitions made ahead of need: an append without its partition would fail.

import type { Context } from '../base/context.ts';

const weeksAhead = 3;

/** Makes the partitions that are missing. Safe to call at any time and on several nodes at once. */
export async function ensurePartitions(ctx: Context): Promise<void> {
  const [row] = await ctx.db.raw<{ made: number }[]>`select ensure_event_partitions(${weeksAhead}) as made`;
  if ((row?.made ?? 0) > 0) ctx.log.info({ made: row?.made }, 'event partitions made');
}
