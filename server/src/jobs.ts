// What the server does by itself, on every node; each job is safe to run on several at once.

import { ensurePartitions } from './audit/partitions.ts';
import type { Context } from './base/context.ts';

const partitionsEveryMs = 3_600_000;

/** Starts the jobs; call what it returns to stop them. */
export function startJobs(ctx: Context): () => void {
  const partitions = setInterval(() => {
    ensurePartitions(ctx).catch((error: unknown) => ctx.log.error({ error }, 'event partitions not made'));
  }, partitionsEveryMs);
  return () => clearInterval(partitions);
}
