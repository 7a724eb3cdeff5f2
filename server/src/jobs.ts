// What the server does by itself, on every node; each job is safe to run on several at once.

import { expireDueAccessRequests } from './agents/access-request-expiry.ts';
import { catchUpAlerts, forgetAgedRequestsAndAlerts } from './agents/alert-jobs.ts';
import { expireDueApprovals } from './agents/approval-expiry.ts';
import { pruneUseTimes } from './audit/append.ts';
import { flushDenialFolds } from './audit/denial-folds.ts';
import { ensurePartitions } from './audit/partitions.ts';
import { pruneAgedEvents } from './audit/retention.ts';
import type { Context } from './base/context.ts';
import { refreshEndingTokens } from './vault/refresh-job.ts';
import { carryOnMoves } from './vault/webhook-move.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const foldMs = 10_000;
/** A request that ran out while nobody waited for it is noticed this late at most. */
const approvalsMs = 5_000;
/** How soon a move goes on that a crash or a webhook's absence interrupted. */
const movesMs = 5_000;

/** Starts the jobs. Call what it returns to have none begin any more; it resolves when those that run have ended. */
export function startJobs(ctx: Context): () => Promise<void> {
  const stops = [
    repeat(
      () => ensurePartitions(ctx),
      (error) => ctx.log.error({ error }, 'event partitions not made'),
    ),
    repeat(
      () => pruneAgedEvents(ctx),
      (error) => ctx.log.error({ error }, 'aged events not pruned'),
    ),
    repeat(
      () => pruneUseTimes(ctx.db),
      (error) => ctx.log.error({ error }, 'old times of uses not pruned'),
    ),
    repeat(
      () => flushDenialFolds(ctx),
      (error) => ctx.log.warn({ error }, 'counted refusals not recorded yet'),
      foldMs,
    ),
    repeat(
      () => expireDueApprovals(ctx),
      (error) => ctx.log.error({ error }, 'approvals not expired'),
      approvalsMs,
    ),
    repeat(
      () => expireDueAccessRequests(ctx),
      (error) => ctx.log.error({ error }, 'requests for grants not expired'),
      approvalsMs,
    ),
    repeat(
      () => refreshEndingTokens(ctx),
      (error) => ctx.log.error({ error }, 'ending tokens not looked for'),
      minuteMs,
    ),
    repeat(
      () => carryOnMoves(ctx),
      (error) => ctx.log.error({ error }, 'move between vaults not carried on'),
      movesMs,
    ),
    repeat(
      () => catchUpAlerts(ctx),
      (error) => ctx.log.error({ error }, 'alerts not looked for'),
      minuteMs,
    ),
    repeat(
      () => forgetAgedRequestsAndAlerts(ctx),
      (error) => ctx.log.error({ error }, 'aged requests and alerts not removed'),
    ),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

/** Now and every so often, one run at a time. A job that fails is tried again the next time; the end of the server fails none. */
function repeat(job: () => Promise<void>, onError: (error: unknown) => void, everyMs = hourMs): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isStopped = false;
  const run = async () => {
    await job().catch((error: unknown) => {
      if (!isStopped) onError(error);
    });
    running = null;
  };
  const runAlone = () => {
    running ??= run();
  };
  runAlone();
  const timer = setInterval(runAlone, everyMs);
  return async () => {
    isStopped = true;
    clearInterval(timer);
    await running;
  };
}
