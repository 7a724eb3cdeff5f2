// What would become of a request that nobody made, and why: the decision in words, and the verdict of every rule. Pure;
// the same judges as in earnest.

import { type AccessFacts, decide, toJudgedRequest } from './decide.ts';
import { type DenialRule, denialRuleSentences } from './event.ts';
import { type JudgedRequest, judge, type Verdict } from './judge.ts';
import { type AttachedPolicy, type Counter, type Finding, findLongest } from './judge-policy.ts';
import type { PolicyMode, Rule } from './policy.ts';
import { type CounterState, toVerdictSentence } from './verdict-sentence.ts';

export interface ExplainedStep {
  readonly policyId: string;
  readonly policyName: string;
  readonly mode: PolicyMode;
  readonly ruleIndex: number;
  readonly rule: Rule;
  readonly verdict: 'passes' | 'refuses' | 'asks' | 'does_not_apply';
  readonly sentence: string;
  readonly retryAt: string | null;
}

export interface Explanation {
  readonly decision: {
    readonly outcome: 'allowed' | 'denied' | 'asks';
    readonly rule: DenialRule | null;
    readonly policyId: string | null;
    readonly policyName: string | null;
    readonly retryAt: string | null;
    readonly sentence: string;
  };
  /** Key, agent, lock, grant and what it covers. */
  readonly standing: { readonly passes: boolean; readonly rule: DenialRule | null };
  /** Every rule of every policy. Those of a policy that is not understood are left out; the decision names it. */
  readonly steps: readonly ExplainedStep[];
}

/** What a counter had counted before the request. */
export type ReadCounter = (counter: Pick<Counter, 'key' | 'usesMax' | 'windowMs'>) => CounterState;

/** A policy as stored, or as it stands in an editor: that may be switched off. */
export type ExplainedPolicy = Omit<AttachedPolicy, 'mode'> & { readonly mode: PolicyMode };

/** @param facts without policies. */
export function explain(
  facts: Omit<AccessFacts, 'policies'>,
  policies: readonly ExplainedPolicy[],
  readCounter: ReadCounter,
): Explanation {
  const request = toJudgedRequest({ ...facts, policies: [] });
  const binding = policies.flatMap((policy) => (isBinding(policy) ? [policy] : []));
  const standing = decide({ ...facts, policies: [] });
  return {
    decision: toDecision({ ...facts, policies: binding }, readCounter),
    standing: standing.allowed ? { passes: true, rule: null } : { passes: false, rule: standing.rule },
    steps: policies.flatMap((policy) => toSteps(policy, request, readCounter)),
  };
}

/** The counters that any rule of the policies would look at. */
export function listCounters(facts: Omit<AccessFacts, 'policies'>, policies: readonly ExplainedPolicy[]) {
  const request = toJudgedRequest({ ...facts, policies: [] });
  return policies.flatMap(({ id, rules }) =>
    (rules ?? []).flatMap((rule) => {
      const verdict = judgeSafely(rule, request, id);
      return verdict.kind === 'counts' ? [verdict] : [];
    }),
  );
}

function isBinding(policy: ExplainedPolicy): policy is AttachedPolicy {
  return policy.mode !== 'disabled';
}

function toDecision(facts: AccessFacts, readCounter: ReadCounter): Explanation['decision'] {
  const decision = decide(facts);
  const full = decision.allowed ? decision.counters.flatMap((counter) => findFull(counter, readCounter)) : [];
  const refusal = decision.allowed ? findLongest(full.filter(({ observes }) => !observes)) : decision;
  const wouldRefuse = toWatchers([...decision.observed, ...full.filter(({ observes }) => observes)]);
  if (refusal !== null) {
    const { rule, policyId, policyName, retryAtMs } = refusal;
    const by = policyName === null ? '' : `“${policyName}” refuses it: `;
    const sentence = `${by}${denialRuleSentences[rule]}.${wouldRefuse}`;
    return { outcome: 'denied', rule, policyId, policyName, retryAt: toInstant(retryAtMs), sentence };
  }
  const [asking] = (decision.allowed && decision.approval?.policies) || [];
  if (asking !== undefined) {
    const sentence = `You would be asked, because of “${asking.name}”.${wouldRefuse}`;
    return { outcome: 'asks', rule: 'approval', policyId: asking.id, policyName: asking.name, retryAt: null, sentence };
  }
  const passed = decision.policyIds.length === 0 ? 'No policy is in the way.' : 'Every policy in force passes it.';
  return {
    outcome: 'allowed',
    rule: null,
    policyId: null,
    policyName: null,
    retryAt: null,
    sentence: passed + wouldRefuse,
  };
}

function findFull(counter: Counter, readCounter: ReadCounter): (Finding & { observes: boolean })[] {
  const { uses, roomAtMs } = readCounter(counter);
  if (uses < counter.usesMax) return [];
  const { policyId, policyName, rule, observes } = counter;
  return [{ policyId, policyName, rule, observes, ...(roomAtMs === null ? {} : { retryAtMs: roomAtMs }) }];
}

function toWatchers(observed: readonly Finding[]): string {
  const names = [...new Set(observed.map(({ policyName }) => `“${policyName}”`))];
  return names.length === 0
    ? ''
    : ` ${names.join(', ')} would refuse it, but only ${names.length === 1 ? 'observes' : 'observe'}.`;
}

function toSteps(policy: ExplainedPolicy, request: JudgedRequest, readCounter: ReadCounter): ExplainedStep[] {
  const { id, name, mode, rules } = policy;
  return (rules ?? []).map((rule, ruleIndex) => {
    const verdict = judgeSafely(rule, request, id);
    const counter = verdict.kind === 'counts' ? readCounter(verdict) : null;
    const isFull = verdict.kind === 'counts' && counter !== null && counter.uses >= verdict.usesMax;
    return {
      policyId: id,
      policyName: name,
      mode,
      ruleIndex,
      rule,
      verdict: verdict.kind === 'counts' ? (isFull ? 'refuses' : 'passes') : verdict.kind,
      sentence: toVerdictSentence(rule, request, counter),
      retryAt: toInstant(verdict.kind === 'refuses' ? verdict.retryAtMs : (counter?.roomAtMs ?? undefined)),
    };
  });
}

function judgeSafely(rule: Rule, request: JudgedRequest, policyId: string): Verdict {
  try {
    return judge(rule, request, policyId);
  } catch {
    return { kind: 'refuses' };
  }
}

function toInstant(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
