// Bursts of denials: ten within five minutes are one; it is said again when ten times as many have come, or when a
// new one begins after ten quiet minutes.

import { type AuditEvent, type DenialRule, denialRuleSentences, denialRules } from '@keytrail/shared/event';
import { type Actor, type AlertDraft, findActor, toActorFilter, toCause, toSpan } from './alert-draft.ts';
import type { Burst } from './alert-state.ts';

const minuteMs = 60_000;
const burstMin = 10;
const windowMs = 5 * minuteMs;
const quietMs = 10 * minuteMs;
const growth = 10;

export interface NotedDenial {
  readonly bursts: Record<string, Burst>;
  readonly alerts: AlertDraft[];
}

/** Notes a denial; whatever else an event is leaves the bursts as they are. */
export function noteDenial(bursts: Record<string, Burst>, event: AuditEvent): NotedDenial {
  const actor = event.type === 'policy_denied' ? findActor(event) : null;
  if (actor === null) return { bursts, alerts: [] };
  const atMs = Date.parse(event.recordedAt);
  const grown = grow(bursts[actor.key], event, atMs);
  const isNews = grown.total >= (grown.saidTotal === 0 ? burstMin : grown.saidTotal * growth);
  const noted = isNews ? { ...grown, recent: [], saidTotal: grown.total } : grown;
  return {
    bursts: { ...forgetQuiet(bursts, atMs), [actor.key]: noted },
    alerts: isNews ? [toDraft(actor, noted, event)] : [],
  };
}

function grow(before: Burst | undefined, event: AuditEvent, atMs: number): Burst {
  const count = event.count ?? 1;
  const standing = before !== undefined && atMs - before.lastMs <= quietMs ? before : undefined;
  if (standing !== undefined && standing.saidTotal > 0) {
    return {
      ...standing,
      lastMs: atMs,
      total: standing.total + count,
      rules: [...new Set([...standing.rules, ...toRules(event)])],
    };
  }
  const recent = (standing?.recent ?? []).filter((denial) => denial.atMs > atMs - windowMs).concat({ atMs, count });
  return {
    recent,
    firstMs: recent[0]?.atMs ?? atMs,
    lastMs: atMs,
    total: recent.reduce((sum, denial) => sum + denial.count, 0),
    saidTotal: 0,
    rules: [...new Set([...(standing?.rules ?? []), ...toRules(event)])],
  };
}

/** What is long over need not be kept. */
function forgetQuiet(bursts: Record<string, Burst>, nowMs: number): Record<string, Burst> {
  return Object.fromEntries(Object.entries(bursts).filter(([, { lastMs }]) => nowMs - lastMs <= quietMs));
}

function toRules({ rule }: AuditEvent): DenialRule[] {
  return rule === undefined ? [] : [rule];
}

function toDraft(actor: Actor, burst: Burst, event: AuditEvent): AlertDraft {
  const rules = denialRules.filter((rule) => burst.rules.includes(rule));
  const reasons = rules.map((rule) => denialRuleSentences[rule]).join('; ');
  return {
    kind: 'denial_burst',
    cause: toCause('denial_burst', actor.key),
    subject: actor.name,
    sentence: `${toWho(actor)} was refused ${burst.total.toLocaleString('en')} times within ${toSpanWords(burst)}${reasons === '' ? '' : `: ${reasons}`}.`,
    agentId: actor.agentId,
    proxyId: actor.proxyId,
    credentialId: null,
    eventId: event.id,
    filter: {
      ...toActorFilter(actor),
      types: ['policy_denied'],
      ...(rules.length === 0 ? {} : { rules }),
      ...toSpan(burst.firstMs, burst.lastMs),
    },
  };
}

function toWho({ proxyId, name }: Actor): string {
  return proxyId === null ? name : `The proxy ${name}`;
}

function toSpanWords({ firstMs, lastMs }: Burst): string {
  const seconds = Math.max(1, Math.ceil((lastMs - firstMs) / 1000));
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}
