import { expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { toSubject } from './event-words.ts';

const change = {
  type: 'vault_change',
  action: 'create',
  title: 'Policy created',
  policyName: 'Working hours',
} as const;

test('a change of a policy names it, with what it was attached to', () => {
  expect(toSubject(makeEvent(0, change))).toBe('Working hours');
  expect(toSubject(makeEvent(0, { ...change, title: 'Policy attached', agentName: 'deploy-bot' }))).toBe(
    'Working hours, deploy-bot',
  );
});

test('a policy that decided is not what the event was about', () => {
  const decided = { policyName: 'Ask me first', decidingPolicyId: crypto.randomUUID(), credentialLabel: 'main' };
  expect(toSubject(makeEvent(0, { ...change, title: 'Approval requested', ...decided }))).toBe('main');
  expect(toSubject(makeEvent(0, { type: 'policy_denied', title: 'deploy-bot', ...decided }))).toBe('main');
});
