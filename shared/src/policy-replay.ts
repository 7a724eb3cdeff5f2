// A policy run over uses that have been: what it would have blocked, had it been in force. The same judge as in earnest;
// counters are simulated with the same sliding windows. Linear, and bounded by the limits of the rules.

import type { AuditEvent, DenialRule } from './event.ts';
import { type JudgedRequest, judge, type Verdict } from './judge.ts';
import { type Counter, findLongest, judgePolicy } from './judge-policy.ts';
import type { Rule } from './policy.ts';

/** Asked: the owner would have been; whatever they had answered, it is no matter of the policy. */
export type ReplayVerdict =
  | { readonly kind: 'passes' | 'asked' }
  | { readonly kind: 'blocked'; readonly rule: DenialRule };

export interface Replay {
  /** Judges the next use; they come in the order of time. A blocked one counts nowhere, as in earnest. */
  judge(use: JudgedRequest): ReplayVerdict;
  /** Counts a use from before the policy, without judging it: limits look back to those, too. */
  count(use: JudgedRequest): void;
}

/** Begins a replay of the rules of one policy. */
export function startReplay(rules: readonly Rule[]): Replay {
  const attached = { id: 'replayed', name: 'replayed', mode: 'enabled', rules } as const;
  const uses = createUses();
  const judgeRule = rememberShutHours();
  return {
    judge: (use) => {
      const { refusals, asks, counters } = judgePolicy(attached, use, judgeRule);
      const refusal = findLongest(refusals);
      if (refusal !== null) return { kind: 'blocked', rule: refusal.rule };
      const full = counters.find((counter) => !uses.hasRoom(counter, use.nowMs));
      if (full !== undefined) return { kind: 'blocked', rule: full.rule };
      uses.add(counters, use.nowMs);
      return { kind: asks.length > 0 ? 'asked' : 'passes' };
    },
    count: (use) => uses.add(judgePolicy(attached, use, judgeRule).counters, use.nowMs),
  };
}

/** How far before its start a replay has to count, in milliseconds; null: as far as the log goes. */
export function toLookBackMs(rules: readonly Rule[]): number | null {
  if (rules.some(({ type }) => type === 'max_uses')) return null;
  const spans = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
  return Math.max(0, ...rules.map((rule) => (rule.type === 'rate_limit' ? spans[rule.per] : 0)));
}

/** What rules look at, read off the event of a use; the time is that of the use, not of its recording. */
export function toReplayedRequest(event: AuditEvent): JudgedRequest {
  return {
    nowMs: Date.parse(event.occurredAt),
    fields: event.fields ?? [],
    clientIp: event.clientIp ?? null,
    client: event.client ?? 'other',
    reason: event.reason ?? null,
    credentialId: event.credentialId ?? '',
    by: toUser(event),
  };
}

function toUser(event: AuditEvent): JudgedRequest['by'] {
  const { agentId = '', credentialId = '', proxyId } = event;
  if (event.source === 'direct') {
    return { kind: 'owner', fillOrigin: isFill(event) ? (event.siteOrigin ?? 'null') : null };
  }
  if (proxyId !== undefined) return { kind: 'proxy', proxyId };
  return { kind: 'agent', agentId, grantId: event.grantId ?? `${agentId} ${credentialId}` };
}

/** Only a fill has a site; where a webhook holds the secret, the event is that of its ticket. */
function isFill({ action, siteOrigin }: AuditEvent): boolean {
  return action === 'autofill' || (action === 'ticket' && siteOrigin !== undefined);
}

/** Judges as `judge` does: once it has found when hours open next, it does not look again until then. */
function rememberShutHours(): typeof judge {
  const shut = new Map<Rule, { fromMs: number; untilMs: number; verdict: Verdict }>();
  return (rule, use, policyId) => {
    const known = shut.get(rule);
    if (known !== undefined && use.nowMs >= known.fromMs && use.nowMs < known.untilMs) return known.verdict;
    const verdict = judge(rule, use, policyId);
    if (rule.type === 'time_window' && verdict.kind === 'refuses' && verdict.retryAtMs !== undefined) {
      shut.set(rule, { fromMs: use.nowMs, untilMs: verdict.retryAtMs, verdict });
    }
    return verdict;
  };
}

/** Uses by key: how many there were, and when the last of them, as many as the greatest limit of the key asks for. */
function createUses() {
  const byKey = new Map<string, { count: number; timesMs: number[]; kept: number }>();
  const get = (key: string) => byKey.get(key) ?? { count: 0, timesMs: [], kept: 0 };
  return {
    hasRoom: ({ key, usesMax, windowMs }: Counter, nowMs: number): boolean => {
      const { count, timesMs } = get(key);
      if (count < usesMax) return true;
      // The limit is reached while the oldest of the last `usesMax` uses is younger than the window is long.
      const oldestMs = windowMs === null ? undefined : timesMs[timesMs.length - usesMax];
      return windowMs !== null && (oldestMs === undefined || oldestMs + windowMs <= nowMs);
    },
    add: (counters: readonly Counter[], nowMs: number): void => {
      // Each key once, however many rules count by it.
      for (const key of new Set(counters.map((counter) => counter.key))) {
        const used = get(key);
        const limits = counters.filter((counter) => counter.key === key && counter.windowMs !== null);
        used.kept = Math.max(used.kept, ...limits.map(({ usesMax }) => usesMax));
        used.count += 1;
        if (used.kept > 0) used.timesMs.push(nowMs);
        if (used.timesMs.length > 2 * used.kept + 64) used.timesMs = used.timesMs.slice(-used.kept);
        byKey.set(key, used);
      }
    },
  };
}
