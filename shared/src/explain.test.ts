import { describe, expect, test } from 'vitest';
import type { AccessFacts } from './decide.ts';
import { type ExplainedPolicy, explain, listCounters } from './explain.ts';
import type { Rule } from './policy.ts';

/** A Tuesday. */
const nowMs = Date.parse('2026-11-24T18:20:00Z');
const facts: Omit<AccessFacts, 'policies'> = {
  nowMs,
  fields: ['value'],
  vaultLocked: false,
  credential: { id: 'credential-1', expiresAtMs: null, sites: [] },
  request: { clientIp: '203.0.113.7', client: 'nodejs', reason: null },
  requester: {
    kind: 'agent',
    id: 'agent-1',
    status: 'active',
    keyRevoked: false,
    grant: { id: 'grant-1', expiresAtMs: null, revoked: false, fields: null, reasonRequired: false },
  },
};
const hours: Rule = { type: 'time_window', days: ['tue'], start: '09:00', end: '17:00', timeZone: 'Europe/London' };
const limit: Rule = { type: 'rate_limit', uses: 5, per: 'hour', counts: 'agent' };
const ask: Rule = { type: 'approval', withinSeconds: 60, rememberMinutes: 0 };

function policy(
  name: string,
  rules: readonly Rule[] | null,
  mode: ExplainedPolicy['mode'] = 'enabled',
): ExplainedPolicy {
  return { id: `id of ${name}`, name, mode, rules };
}

const nothingUsed = () => ({ uses: 0, roomAtMs: null });
const allUsed = () => ({ uses: 5, roomAtMs: nowMs + 60_000 });

describe('an explanation', () => {
  test('names the rule, the policy and the time, and gives every rule its verdict', () => {
    const answer = explain(facts, [policy('Hours', [hours, { type: 'client', kinds: ['nodejs'] }])], nothingUsed);
    expect(answer.decision).toEqual({
      outcome: 'denied',
      rule: 'time_window',
      policyId: 'id of Hours',
      policyName: 'Hours',
      retryAt: '2026-12-01T09:00:00.000Z',
      sentence: '“Hours” refuses it: Outside the hours that a policy allows.',
    });
    expect(answer.standing).toEqual({ passes: true, rule: null });
    expect(answer.steps).toMatchObject([
      { ruleIndex: 0, verdict: 'refuses', sentence: 'It is Tue 18:20 there.', retryAt: '2026-12-01T09:00:00.000Z' },
      { ruleIndex: 1, verdict: 'passes', sentence: 'The client is of the kind Node.js.', retryAt: null },
    ]);
  });

  test('a full limit refuses, until there is room', () => {
    const policies = [policy('Limit', [limit])];
    expect(explain(facts, policies, nothingUsed).decision.outcome).toBe('allowed');
    const full = explain(facts, policies, allUsed);
    expect(full.decision).toMatchObject({ outcome: 'denied', rule: 'rate_limit', retryAt: '2026-11-24T18:21:00.000Z' });
    expect(full.steps).toMatchObject([{ verdict: 'refuses', sentence: '5 of 5 uses within the last hour.' }]);
    expect(listCounters(facts, policies)).toMatchObject([{ key: 'rate id of Limit agent agent-1', usesMax: 5 }]);
  });

  test('asks, where only the owner’s word is missing', () => {
    expect(explain(facts, [policy('Ask', [ask, limit])], nothingUsed).decision).toMatchObject({
      outcome: 'asks',
      rule: 'approval',
      sentence: 'You would be asked, because of “Ask”.',
    });
    expect(explain(facts, [policy('Ask', [ask, limit])], allUsed).decision.rule).toBe('rate_limit');
  });

  test('an observing policy is said to observe, a disabled one is shown and does nothing', () => {
    const answer = explain(facts, [policy('Watch', [limit], 'observe'), policy('Off', [hours], 'disabled')], allUsed);
    expect(answer.decision).toMatchObject({
      outcome: 'allowed',
      sentence: 'Every policy in force passes it. “Watch” would refuse it, but only observes.',
    });
    expect(answer.steps.map(({ mode, verdict }) => `${mode} ${verdict}`)).toEqual([
      'observe refuses',
      'disabled refuses',
    ]);
  });

  test('standing comes first, and the rules are shown all the same', () => {
    const answer = explain({ ...facts, vaultLocked: true }, [policy('Hours', [hours])], nothingUsed);
    expect(answer.decision).toMatchObject({
      outcome: 'denied',
      rule: 'vault_locked',
      policyId: null,
      sentence: 'The vault is locked.',
    });
    expect(answer.standing).toEqual({ passes: false, rule: 'vault_locked' });
    expect(answer.steps).toMatchObject([{ verdict: 'refuses' }]);
  });

  test('a policy that is not understood decides', () => {
    expect(explain(facts, [policy('Broken', null)], nothingUsed)).toMatchObject({
      decision: { outcome: 'denied', rule: 'policy_error', policyName: 'Broken' },
      steps: [],
    });
  });

  test('what does not bind the owner does not apply', () => {
    const own = { ...facts, requester: { kind: 'owner', fillOrigin: null } as const };
    const rules: Rule[] = [
      ask,
      { type: 'reason', lengthMin: 3 },
      { type: 'max_uses', uses: 1 },
      { type: 'site', origins: ['https://a.test'] },
    ];
    const answer = explain(own, [policy('Mine', rules)], allUsed);
    expect(answer.decision).toMatchObject({ outcome: 'allowed', sentence: 'Every policy in force passes it.' });
    expect(answer.steps.map(({ verdict }) => verdict)).toEqual(Array(4).fill('does_not_apply'));
    expect(answer.steps.map(({ sentence }) => sentence)).toEqual([
      'You need not ask yourself.',
      'You need not say why.',
      'You need no grant.',
      'Only autofill has a site.',
    ]);
    expect(explain(own, [], nothingUsed).decision.sentence).toBe('No policy is in the way.');
  });

  test('what does not bind a proxy does not apply, and is not counted or missed', () => {
    const requester = { kind: 'proxy', id: 'proxy-1', enabled: true, keyRevoked: false } as const;
    const through = { ...facts, requester };
    const rules: Rule[] = [
      { type: 'reason', lengthMin: 3 },
      { type: 'max_uses', uses: 5 },
    ];
    const { steps } = explain(through, [policy('Through', rules)], nothingUsed);
    expect(steps).toMatchObject([
      { verdict: 'does_not_apply', sentence: 'A proxy cannot say why.' },
      { verdict: 'does_not_apply', sentence: 'A proxy has no grant.' },
    ]);
  });
});
