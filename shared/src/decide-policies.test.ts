import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFacts, anyPolicies, anyRule } from './decide.fixture.ts';
import { type AccessFacts, decide } from './decide.ts';
import type { AttachedPolicy } from './judge-policy.ts';
import type { Rule } from './policy.ts';

const nowMs = Date.parse('2026-11-24T12:00:00Z');
const facts: AccessFacts = {
  nowMs,
  fields: ['value'],
  vaultLocked: false,
  credential: { id: 'credential-1', expiresAtMs: null, sites: ['https://a.test'] },
  policies: [],
  request: { clientIp: '203.0.113.7', client: 'nodejs', reason: null },
  requester: {
    kind: 'agent',
    id: 'agent-1',
    status: 'active',
    keyRevoked: false,
    grant: { id: 'grant-1', expiresAtMs: null, revoked: false, fields: null, reasonRequired: false },
  },
};
const hours = (start: string, end: string): Rule => ({
  type: 'time_window',
  days: ['tue'],
  start,
  end,
  timeZone: 'UTC',
});
const elsewhere: Rule = { type: 'ip_allowlist', ranges: ['10.0.0.0/8'] };
const ask = (withinSeconds: number, rememberMinutes: number): Rule => ({
  type: 'approval',
  withinSeconds,
  rememberMinutes,
});
const limit = (uses: number): Rule => ({ type: 'rate_limit', uses, per: 'hour', counts: 'agent' });

function policy(id: string, rules: readonly Rule[] | null, mode: AttachedPolicy['mode'] = 'enabled'): AttachedPolicy {
  return { id, name: `Policy ${id}`, mode, rules };
}

function decideWith(...policies: AttachedPolicy[]) {
  return decide({ ...facts, policies });
}

describe('policies', () => {
  test('the policy and the rule that refuse are named, beside all that were evaluated', () => {
    expect(decideWith(policy('b', [elsewhere]), policy('a', [hours('09:00', '17:00')]))).toEqual({
      allowed: false,
      rule: 'ip_allowlist',
      policyId: 'b',
      policyName: 'Policy b',
      policyIds: ['a', 'b'],
      observed: [],
    });
  });

  test('what stands longest decides: a time that is named is the end of every refusal', () => {
    const later = policy('later', [hours('15:00', '16:00')]);
    const soon = policy('soon', [hours('13:00', '16:00')]);
    expect(decideWith(soon, later)).toMatchObject({ policyId: 'later', retryAtMs: Date.parse('2026-11-24T15:00:00Z') });
    const never = decideWith(soon, policy('never', [elsewhere]), later);
    expect(never).toMatchObject({ policyId: 'never', rule: 'ip_allowlist' });
    expect(never).not.toHaveProperty('retryAtMs');
  });

  test('counters come along only where nothing else refuses', () => {
    expect(decideWith(policy('a', [limit(5)]), policy('b', [hours('09:00', '17:00')]))).toMatchObject({
      allowed: true,
      counters: [{ policyId: 'a', rule: 'rate_limit', usesMax: 5, observes: false }],
    });
    expect(decideWith(policy('a', [limit(5)]), policy('b', [elsewhere]))).not.toHaveProperty('counters');
  });

  test('an observing policy that would refuse counts nothing', () => {
    expect(decideWith(policy('a', [elsewhere, limit(5)], 'observe'))).toMatchObject({
      allowed: true,
      counters: [],
      observed: [{ policyId: 'a', rule: 'ip_allowlist' }],
    });
  });

  test('of several that ask, the shortest wait and the shortest memory hold', () => {
    expect(decideWith(policy('b', [ask(60, 0)]), policy('a', [ask(30, 15)]))).toMatchObject({
      approval: { policies: [{ id: 'a' }, { id: 'b' }], withinSeconds: 30, rememberMinutes: 0 },
    });
    expect(decideWith(policy('a', [ask(60, 5)], 'observe'))).toMatchObject({
      approval: null,
      observed: [{ policyId: 'a', rule: 'approval' }],
    });
  });

  test('what cannot be judged refuses', () => {
    const broken: Rule = { type: 'time_window', days: ['tue'], start: '09:00', end: '17:00', timeZone: 'Mars/Olympus' };
    for (const rules of [null, [], [broken]]) {
      expect(decideWith(policy('a', rules))).toMatchObject({ allowed: false, rule: 'policy_error', policyId: 'a' });
      expect(decideWith(policy('a', rules, 'observe'))).toMatchObject({
        allowed: true,
        observed: [{ rule: 'policy_error' }],
      });
    }
  });

  test('standing comes first: a request that may not be made is judged by no policy', () => {
    const suspended: AccessFacts = {
      ...facts,
      policies: [policy('a', [elsewhere])],
      requester: {
        ...facts.requester,
        kind: 'agent',
        id: 'agent-1',
        status: 'suspended',
        keyRevoked: false,
        grant: null,
      },
    };
    expect(decide(suspended)).toMatchObject({ rule: 'agent_suspended', policyId: null, policyIds: [] });
  });
});

describe('for any request and any policies', () => {
  test('adding a rule never allows more', () => {
    fc.assert(
      fc.property(anyFacts, anyPolicies, anyRule, fc.nat(), (given, policies, rule, at) => {
        fc.pre(policies.length > 0);
        const before = decide({ ...given, policies });
        const place = at % policies.length;
        const stricter = policies.map((each, n) => (n === place ? { ...each, rules: [...each.rules, rule] } : each));
        const after = decide({ ...given, policies: stricter });
        if (!before.allowed) expect(after.allowed).toBe(false);
        if (!before.allowed || !after.allowed) return;
        // Nor asks less: whoever was asked still is, and every limit still stands.
        if (before.approval !== null) expect(after.approval).not.toBeNull();
        const limits = after.counters.filter(({ observes }) => !observes);
        expect(limits).toEqual(expect.arrayContaining(before.counters.filter(({ observes }) => !observes)));
      }),
      { numRuns: 2000 },
    );
  });

  test('the order of policies and of their rules never matters', () => {
    fc.assert(
      fc.property(anyFacts, anyPolicies, (given, policies) => {
        const turned = policies.map((each) => ({ ...each, rules: [...each.rules].reverse() })).reverse();
        expect(toSorted(decide({ ...given, policies: turned }))).toEqual(toSorted(decide({ ...given, policies })));
      }),
      { numRuns: 2000 },
    );
  });

  test('observing never changes an outcome', () => {
    fc.assert(
      fc.property(anyFacts, anyPolicies, (given, policies) => {
        const without = decide({ ...given, policies: policies.filter(({ mode }) => mode === 'enabled') });
        const { observed: _observed, policyIds: _all, ...outcome } = toSorted(decide({ ...given, policies }));
        const { observed: _none, policyIds: _enforced, ...expected } = toSorted(without);
        const counters = outcome.counters.filter(({ observes }) => !observes);
        expect({ ...outcome, counters }).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

function toSorted(decision: ReturnType<typeof decide>) {
  const counters = decision.allowed ? decision.counters : [];
  const byText = (left: object, right: object) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
  return { ...decision, counters: [...counters].sort(byText), observed: [...decision.observed].sort(byText) };
}
