import { describe, expect, test } from 'vitest';
import { askedAdvice, toDenialSentence, toDenialStatus } from './denial.ts';
import { denialRules } from './event.ts';

describe('a refusal in words', () => {
  test('names the time and the next step', () => {
    const denial = { rule: 'rate_limit', retryAt: '2026-11-24T12:00:07.000Z' } as const;
    expect(toDenialSentence('agent', denial)).toBe(
      'More uses than a policy allows in this time. Try again at 2026-11-24T12:00:07.000Z. If it cannot wait, ask the owner of the account.',
    );
    expect(toDenialSentence('owner', { rule: 'vault_locked', retryAt: null })).toBe(
      'The vault is locked. Unlock it, then try again.',
    );
  });

  test('passes on what the owner said', () => {
    expect(toDenialSentence('agent', { rule: 'approval', retryAt: null, note: 'Not on Fridays' })).toBe(
      'The owner did not approve. The owner says: “Not on Fridays”. Ask again when they can answer.',
    );
  });

  test('a no is none to ask about again', () => {
    const said = { because: 'The owner said no', note: 'never prod', advice: askedAdvice.denied };
    expect(toDenialSentence('agent', { rule: 'approval', retryAt: null, ...said })).toBe(
      'The owner said no. The owner says: “never prod”. Do not ask again unless they tell you to.',
    );
  });

  test.each(denialRules)('%s: is of whole sentences, for both', (rule) => {
    for (const by of ['agent', 'owner'] as const) {
      expect(toDenialSentence(by, { rule, retryAt: null })).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
    }
  });
});

test('a refusal’s status says whether to wait, to unlock, or to ask', () => {
  expect(denialRules.filter((rule) => toDenialStatus(rule) === 429)).toEqual(['rate_limit']);
  expect(denialRules.filter((rule) => toDenialStatus(rule) === 423)).toEqual(['vault_locked']);
});
