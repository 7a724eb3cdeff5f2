// What the server does by itself, on every node; each job is safe to run on several at once.

import { ensurePartitions } from './audit/partitions.ts';
import { pruneAgedEvents } from './audit/retention.ts';
import type { Context } from './base/context.ts';

const hourMs = 3_600_000;

/** Starts the jobs; call what it returns to stop them. */
export function startJobs(ctx: Context): () => void {
  const stops = [
    repeat(
      () => ensurePartitions(ctx),
      (error) => ctx.log.error({ error }, 'event partitions not made'),
    ),
    repeat(
      () => pruneAgedEvents(ctx),
      (error) => ctx.log.error({ error }, 'aged events not pruned'),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Now and every hour. A job that fails is tried again the next time. */
function repeat(job: () => Promise<void>, onError: (error: unknown) => void): () => void {
  const run = () => void job().catch(onError);
  run();
  const timer = setInterval(run, hourMs);
  return () => clearInterval(timer);
}
