// What one rule says of one request. Pure; a rule that cannot be judged throws, and whoever asks must take that for a
// refusal.

import type { ClientKind } from './client.ts';
import { isInIpRange } from './ip-range.ts';
import type { Rule } from './policy.ts';
import { countSeen } from './seen.ts';
import { belongsToSites } from './site.ts';
import { findNextOpening, isWithinWindow } from './time-window.ts';

/** What rules look at. Times in milliseconds since the epoch. */
export interface JudgedRequest {
  readonly nowMs: number;
  /** The field names the request would release. */
  readonly fields: readonly string[];
  readonly clientIp: string | null;
  readonly client: ClientKind;
  /** What the agent said it needs them for. */
  readonly reason: string | null;
  readonly credentialId: string;
  readonly by:
    | { readonly kind: 'owner'; readonly fillOrigin: string | null }
    | { readonly kind: 'agent'; readonly agentId: string; readonly grantId: string }
    | { readonly kind: 'proxy'; readonly proxyId: string };
}

/** Counting comes after all else, where the use is recorded: `counts` says what has to have room for one more. */
export type Verdict =
  | { readonly kind: 'passes' | 'does_not_apply' }
  | { readonly kind: 'refuses'; readonly retryAtMs?: number }
  | { readonly kind: 'asks'; readonly withinSeconds: number; readonly rememberMinutes: number }
  | { readonly kind: 'counts'; readonly key: string; readonly usesMax: number; readonly windowMs: number | null };

/** Judges a request by one rule of the policy `policyId`. */
export function judge(rule: Rule, request: JudgedRequest, policyId: string): Verdict {
  switch (rule.type) {
    case 'time_window':
      return judgeTime(rule, request);
    case 'ip_allowlist':
      return toVerdict(rule.ranges.some((range) => isInIpRange(request.clientIp ?? '', range)));
    case 'client':
      return toVerdict(rule.kinds.includes(request.client));
    case 'fields':
      return toVerdict(request.fields.every((field) => rule.fields.includes(field)));
    case 'site':
      return judgeSite(rule, request);
    case 'reason':
      return request.by.kind !== 'agent' ? doesNotApply : toVerdict(countSeen(request.reason ?? '') >= rule.lengthMin);
    case 'approval':
      return judgeApproval(rule, request);
    case 'max_uses':
      return request.by.kind !== 'agent'
        ? doesNotApply
        : { kind: 'counts', key: toGrantKey(request.by.grantId), usesMax: rule.uses, windowMs: null };
    case 'rate_limit':
      return { kind: 'counts', key: toRateKey(rule, request, policyId), usesMax: rule.uses, windowMs: spans[rule.per] };
    default:
      throw new Error(`there is no judge for the rule ${JSON.stringify(rule satisfies never)}`);
  }
}

/** The counter of a grant's uses. */
export function toGrantKey(grantId: string): string {
  return `grant ${grantId}`;
}

const doesNotApply: Verdict = { kind: 'does_not_apply' };
const spans = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function toVerdict(passes: boolean): Verdict {
  return { kind: passes ? 'passes' : 'refuses' };
}

function judgeTime(rule: Extract<Rule, { type: 'time_window' }>, { nowMs }: JudgedRequest): Verdict {
  if (isWithinWindow(rule, nowMs)) return { kind: 'passes' };
  const retryAtMs = findNextOpening(rule, nowMs);
  return retryAtMs === undefined ? { kind: 'refuses' } : { kind: 'refuses', retryAtMs };
}

function judgeSite(rule: Extract<Rule, { type: 'site' }>, { by }: JudgedRequest): Verdict {
  if (by.kind !== 'owner' || by.fillOrigin === null) return doesNotApply;
  return toVerdict(belongsToSites(by.fillOrigin, rule.origins));
}

/** The owner need not ask themselves. */
function judgeApproval(rule: Extract<Rule, { type: 'approval' }>, { by }: JudgedRequest): Verdict {
  return by.kind === 'owner' ? doesNotApply : { ...rule, kind: 'asks' };
}

/** What a limit on each agent counts: agents, proxies, and the owner. */
function toUser(by: JudgedRequest['by']): string {
  if (by.kind === 'agent') return by.agentId;
  return by.kind === 'proxy' ? by.proxyId : 'owner';
}

/** By policy, so that uses that another policy counts are not counted here; not by number or span, so that an edit keeps what was used. */
function toRateKey(rule: Extract<Rule, { type: 'rate_limit' }>, request: JudgedRequest, policyId: string): string {
  const agent = toUser(request.by);
  switch (rule.counts) {
    case 'agent':
      return `rate ${policyId} agent ${agent}`;
    case 'credential':
      return `rate ${policyId} credential ${request.credentialId}`;
    case 'both':
      return `rate ${policyId} pair ${agent} ${request.credentialId}`;
  }
}
