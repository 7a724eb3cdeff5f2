// What one policy says of one request: every rule judged, and what follows from them together.

import type { DenialRule } from './event.ts';
import { type JudgedRequest, judge, type Verdict } from './judge.ts';
import { type PolicyMode, type Rule, type RuleType, ruleTypes } from './policy.ts';

/** A policy that binds the request, once however often it is attached. Disabled ones are left out. */
export interface AttachedPolicy {
  readonly id: string;
  readonly name: string;
  readonly mode: Exclude<PolicyMode, 'disabled'>;
  /** Null where what is stored is no list of rules: nothing passes that. */
  readonly rules: readonly Rule[] | null;
}

/** Which policy refuses, or would if it did not only observe, by which rule, and when it no longer will. */
export interface Finding {
  readonly policyId: string;
  readonly policyName: string;
  readonly rule: DenialRule;
  readonly retryAtMs?: number;
}

/** What must have room for one more use, at the moment the use is recorded. */
export interface Counter {
  readonly policyId: string;
  readonly policyName: string;
  /** A full counter of an observing policy is reported and does not refuse. */
  readonly observes: boolean;
  readonly rule: Extract<RuleType, 'rate_limit' | 'max_uses'>;
  readonly key: string;
  readonly usesMax: number;
  /** How far back uses count; null: all of them. */
  readonly windowMs: number | null;
}

/** The owner is to be asked: within the shortest time, and for as long, as all policies that ask allow. */
export interface ApprovalNeed {
  readonly policies: readonly { readonly id: string; readonly name: string }[];
  readonly withinSeconds: number;
  readonly rememberMinutes: number;
}

export interface JudgedPolicy {
  readonly policy: AttachedPolicy;
  readonly refusals: readonly Finding[];
  readonly asks: readonly Extract<Verdict, { kind: 'asks' }>[];
  readonly counters: readonly Counter[];
}

/**
 * Total: what cannot be judged has not passed.
 * @param judgeRule for who judges many requests in a row and remembers; it must say what `judge` says.
 */
export function judgePolicy(policy: AttachedPolicy, request: JudgedRequest, judgeRule = judge): JudgedPolicy {
  try {
    return sortVerdicts(policy, request, judgeRule);
  } catch {
    return { policy, refusals: [toFinding(policy, 'policy_error')], asks: [], counters: [] };
  }
}

function sortVerdicts(policy: AttachedPolicy, request: JudgedRequest, judgeRule: typeof judge): JudgedPolicy {
  const { id, name, mode, rules } = policy;
  if (rules === null || rules.length === 0) throw new Error(`policy ${id} has no rules`);
  const refusals: Finding[] = [];
  const asks: Extract<Verdict, { kind: 'asks' }>[] = [];
  const counters: Counter[] = [];
  for (const rule of rules) {
    const verdict = judgeRule(rule, request, id);
    if (verdict.kind === 'refuses') refusals.push(toFinding(policy, rule.type, verdict.retryAtMs));
    if (verdict.kind === 'asks') asks.push(verdict);
    if (verdict.kind === 'counts' && (rule.type === 'rate_limit' || rule.type === 'max_uses')) {
      const { key, usesMax, windowMs } = verdict;
      counters.push({
        policyId: id,
        policyName: name,
        observes: mode === 'observe',
        rule: rule.type,
        key,
        usesMax,
        windowMs,
      });
    }
  }
  return { policy, refusals, asks, counters };
}

function toFinding(policy: AttachedPolicy, rule: DenialRule, retryAtMs?: number): Finding {
  return { policyId: policy.id, policyName: policy.name, rule, ...(retryAtMs === undefined ? {} : { retryAtMs }) };
}

/** One finding for each policy, as an enforced one would decide; being asked counts as refused until somebody answers. */
export function toObserved({ policy, refusals, asks }: JudgedPolicy): Finding[] {
  const refusal = findLongest(refusals);
  if (refusal !== null) return [refusal];
  return asks.length === 0 ? [] : [toFinding(policy, 'approval')];
}

/** The refusal that stands longest decides, so that its end is the end of them all, whatever the order of policies. */
export function findLongest(refusals: readonly Finding[]): Finding | null {
  return [...refusals].sort(compareRefusals)[0] ?? null;
}

const places: readonly DenialRule[] = ['policy_error', ...ruleTypes];

function compareRefusals(left: Finding, right: Finding): number {
  const [first, second] = [left.retryAtMs ?? Number.POSITIVE_INFINITY, right.retryAtMs ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first > second ? -1 : 1;
  return places.indexOf(left.rule) - places.indexOf(right.rule) || (left.policyId < right.policyId ? -1 : 1);
}

/** What the owner is to be asked because of these policies; null where none asks. */
export function toApprovalNeed(judged: readonly JudgedPolicy[]): ApprovalNeed | null {
  const asking = judged.filter(({ asks }) => asks.length > 0);
  if (asking.length === 0) return null;
  const asks = asking.flatMap((each) => each.asks);
  return {
    policies: asking
      .map(({ policy: { id, name } }) => ({ id, name }))
      .sort((left, right) => (left.id < right.id ? -1 : 1)),
    withinSeconds: Math.min(...asks.map(({ withinSeconds }) => withinSeconds)),
    rememberMinutes: Math.min(...asks.map(({ rememberMinutes }) => rememberMinutes)),
  };
}
