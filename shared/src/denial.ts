// What a refused caller is told: the rule, when to try again and what to do next, and nothing of the policy behind it.

import { type DenialRule, denialRuleSentences } from './event.ts';

/** What to do next: an agent asks its owner, the owner can act. One text where both do the same. */
const nextSteps: Record<DenialRule, string | { readonly agent: string; readonly owner: string }> = {
  grant_missing: 'Ask the owner of the account to grant it.',
  grant_expired: 'Ask the owner of the account to grant it again.',
  grant_revoked: 'Ask the owner of the account to grant it again.',
  agent_suspended: 'Ask the owner of the account to resume it.',
  key_revoked: 'Use the current key, which the owner of the account can renew.',
  field_not_granted: 'Ask for a field that it covers, or ask the owner of the account to cover this one.',
  credential_expired: 'Ask the owner of the account to renew it.',
  origin_mismatch: 'If the site is the right one, add it to the credential first.',
  vault_locked: {
    agent: 'Try again when its owner has unlocked it.',
    owner: 'Unlock it, then try again.',
  },
  time_window: {
    agent: 'If it cannot wait, ask the owner of the account.',
    owner: 'If it cannot wait, change the policy.',
  },
  rate_limit: {
    agent: 'If it cannot wait, ask the owner of the account.',
    owner: 'If it cannot wait, change the policy.',
  },
  ip_allowlist: {
    agent: 'Call from one that is, or ask the owner of the account to allow this one.',
    owner: 'Call from one that is, or change the policy.',
  },
  client: {
    agent: 'Use one that is, or ask the owner of the account to allow this one.',
    owner: 'Use one that is, or change the policy.',
  },
  max_uses: 'Ask the owner of the account for a new grant.',
  reason: 'Say in `reason` what the credential is needed for; where you did, say it at more length.',
  approval: 'Ask again when they can answer.',
  fields: {
    agent: 'Ask for one field that it does allow, or ask the owner of the account.',
    owner: 'Choose fields that it does allow, or change the policy.',
  },
  site: 'If the site is the right one, change the policy.',
  tool: 'Call another one, or ask the owner of the account to allow this one.',
  route: 'Make a call that it does let through, or ask the owner of the account to allow this one.',
  proxy_disabled: 'Ask the owner of the account to switch it on.',
  policy_error: {
    agent: 'Ask the owner of the account to mend their policies.',
    owner: 'Open your policies: the one that is marked as broken has to be saved anew.',
  },
  webhook_down: {
    agent: 'Try again when its owner has started it.',
    owner: 'Start it, then try again; the settings say what it did last.',
  },
};

/** What to do next where the owner is asked: a no is none to ask about again, and whoever asked too much is to wait. */
export const askedAdvice = {
  denied: 'Do not ask again unless they tell you to.',
  crowded: 'Wait until they have answered what was asked already.',
} as const;

/**
 * A refusal in words: what is in the way, until when, and what to do next. `note` is what the owner said; `because` and
 * `advice` stand in place of the rule's own words.
 */
export function toDenialSentence(
  by: 'agent' | 'owner',
  denial: {
    readonly rule: DenialRule;
    readonly retryAt: string | null;
    readonly note?: string | null;
    readonly because?: string;
    readonly advice?: string;
  },
): string {
  const next = denial.advice ?? nextSteps[denial.rule];
  return [
    `${denial.because ?? denialRuleSentences[denial.rule]}.`,
    ...(denial.note ? [`The owner says: “${denial.note}”.`] : []),
    ...(denial.retryAt === null ? [] : [`Try again at ${denial.retryAt}.`]),
    typeof next === 'string' ? next : next[by],
  ].join(' ');
}

/** The HTTP status of a refusal. */
export function toDenialStatus(rule: DenialRule): 403 | 423 | 429 | 503 {
  if (rule === 'rate_limit') return 429;
  if (rule === 'webhook_down') return 503;
  return rule === 'vault_locked' ? 423 : 403;
}
