import { expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { toObservedRefusals } from './observed-refusals.ts';

test('each policy that observed stands with the rule at its place', () => {
  const observedPolicyIds = [crypto.randomUUID(), crypto.randomUUID()];
  const event = makeEvent(1, { observedPolicyIds, observedRules: ['time_window', 'rate_limit'] });
  expect(toObservedRefusals(event)).toEqual([
    { policyId: observedPolicyIds[0], rule: 'time_window' },
    { policyId: observedPolicyIds[1], rule: 'rate_limit' },
  ]);
});

test('a policy whose rule is not known is shown all the same; an event that nothing observed has none', () => {
  const observedPolicyIds = [crypto.randomUUID()];
  expect(toObservedRefusals(makeEvent(1, { observedPolicyIds }))).toEqual([
    { policyId: observedPolicyIds[0], rule: undefined },
  ]);
  expect(toObservedRefusals(makeEvent(1))).toEqual([]);
});
