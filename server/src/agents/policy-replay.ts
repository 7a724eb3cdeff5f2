// A policy as edited, run over what the log holds: what it would have blocked, had it been in force.

import type { AuditEvent, DenialRule } from '@keytrail/shared/event';
import type { PolicyTarget, Rule } from '@keytrail/shared/policy';
import { type ReplayVerdict, startReplay, toLookBackMs, toReplayedRequest } from '@keytrail/shared/policy-replay';
import { visitUses } from '../audit/uses.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';

const dayMs = 86_400_000;
const eventsMax = 200;

/** One use that would have been blocked. */
export interface BlockedUse
  extends Pick<AuditEvent, 'seq' | 'id' | 'recordedAt' | 'title' | 'service' | 'credentialLabel'> {
  readonly rule: DenialRule;
}

export interface ReplaySummary {
  readonly judged: number;
  readonly blocked: number;
  /** The owner would have been asked. */
  readonly asked: number;
  /** Of the blocked ones; the most frequent first. */
  readonly byRule: readonly { readonly rule: DenialRule; readonly count: number }[];
  /** Every day of the time looked at, in UTC, oldest first. */
  readonly byDay: readonly { readonly day: string; readonly judged: number; readonly blocked: number }[];
  /** The newest of the blocked, newest first. */
  readonly events: readonly BlockedUse[];
  /** Whether more were blocked than `events` lists. */
  readonly truncated: boolean;
}

/**
 * Replays rules, as if they were attached to the targets, over their uses of the last days. Uses from before are counted
 * where a limit looks back to them.
 */
export async function replayPolicy(
  ctx: Pick<Context, 'db' | 'nowMs'>,
  owner: Pick<OwnerPrincipal, 'accountId'>,
  input: { rules: readonly Rule[]; targets: readonly PolicyTarget[]; days: number },
): Promise<ReplaySummary> {
  const nowMs = ctx.nowMs();
  const fromMs = nowMs - input.days * dayMs;
  const lookBackMs = toLookBackMs(input.rules);
  const replay = startReplay(input.rules);
  const tally = startTally(fromMs, nowMs);
  await visitUses(
    ctx.db,
    owner.accountId,
    { targets: input.targets, fromMs: lookBackMs === null ? 0 : fromMs - lookBackMs },
    (event) => {
      const use = toReplayedRequest(event);
      if (use.nowMs < fromMs) return replay.count(use);
      const verdict = replay.judge(use);
      tally.add(event, verdict);
    },
  );
  return tally.read();
}

function startTally(fromMs: number, toMs: number) {
  const days = new Map<string, { judged: number; blocked: number }>();
  for (let ms = fromMs; ms <= toMs; ms += dayMs) days.set(toDay(ms), { judged: 0, blocked: 0 });
  const rules = new Map<DenialRule, number>();
  const newest: BlockedUse[] = [];
  const total = { judged: 0, blocked: 0, asked: 0 };
  return {
    add: (event: AuditEvent, verdict: ReplayVerdict): void => {
      const day = days.get(event.occurredAt.slice(0, 10)) ?? { judged: 0, blocked: 0 };
      days.set(event.occurredAt.slice(0, 10), day);
      for (const counts of [total, day]) counts.judged += 1;
      if (verdict.kind === 'asked') total.asked += 1;
      if (verdict.kind !== 'blocked') return;
      const { rule } = verdict;
      for (const counts of [total, day]) counts.blocked += 1;
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
      newest.push(toBlockedUse(event, rule));
      if (newest.length > 2 * eventsMax) newest.splice(0, newest.length - eventsMax);
    },
    read: (): ReplaySummary => ({
      ...total,
      byRule: [...rules].map(([rule, count]) => ({ rule, count })).sort((one, other) => other.count - one.count),
      byDay: [...days]
        .map(([day, counts]) => ({ day, ...counts }))
        .sort((one, other) => (one.day < other.day ? -1 : 1)),
      events: newest.slice(-eventsMax).reverse(),
      truncated: total.blocked > eventsMax,
    }),
  };
}

function toBlockedUse(event: AuditEvent, rule: DenialRule): BlockedUse {
  const { seq, id, recordedAt, title, service, credentialLabel } = event;
  return { seq, id, recordedAt, title, service, credentialLabel, rule };
}

function toDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
