// The policy editor's state, and its way to and from what the server takes.

import type { PolicyInput, PolicyMode, Rule } from '@keytrail/shared/policy';
import { policyInput, rule as ruleSchema } from '@keytrail/shared/policy-schema';
import { toSpanWords } from '@keytrail/shared/rule-sentence';
import type { z } from 'zod';
import { strings } from '../strings.ts';
import { type RuleBody, type RuleDraft, toRawRule, toRuleBody } from './rule-draft.ts';

const text = strings.policies.errors;

export interface PolicyDraft {
  readonly name: string;
  readonly description: string;
  readonly mode: PolicyMode;
  readonly rules: readonly RuleDraft[];
}

/** Sentences by place: `name`, `description`, `rules`, or `<key>.<member>` of a rule. */
export type DraftErrors = Readonly<Record<string, string>>;

/** A policy as the server takes it. */
export type PolicyValue = z.output<typeof policyInput>;

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: DraftErrors };

/** The form of a policy, stored or from a template. */
export function toDraft({ name, description, mode, rules }: PolicyInput): PolicyDraft {
  return { name, description, mode, rules: rules.map((rule, key) => ({ key, ...toRuleBody(rule) })) };
}

/** Adds a rule at the end, under a key of its own. */
export function withRule(draft: PolicyDraft, body: RuleBody): PolicyDraft {
  const key = Math.max(-1, ...draft.rules.map((rule) => rule.key)) + 1;
  return { ...draft, rules: [...draft.rules, { ...body, key }] };
}

/** A name that no other policy has: a second "Office hours" becomes "Office hours 2". */
export function toFreeName(name: string, taken: readonly string[]): string {
  const lower = taken.map((other) => other.trim().toLowerCase());
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} ${number}`;
    if (name === '' || !lower.includes(candidate.toLowerCase())) return candidate;
  }
}

/** The policy that the form means, or what is wrong with it. */
export function toPolicy(draft: PolicyDraft): Outcome<PolicyValue> {
  const { name, description, mode } = draft;
  const parsed = policyInput.safeParse({ name, description, mode, rules: draft.rules.map(toRawRule) });
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const [member = 'rules', index, field] = issue.path.map(String);
    const key = member === 'rules' && index !== undefined ? draft.rules[Number(index)]?.key : undefined;
    const place = key === undefined ? member : `${key}.${field ?? 'type'}`;
    errors[place] ??= toSentence(issue, field ?? member);
  }
  return { ok: false, errors };
}

/** The rule that a form means, or what is wrong with it, by member. */
export function toRule(draft: RuleDraft): Outcome<Rule> {
  const parsed = ruleSchema.safeParse(toRawRule(draft));
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const member = String(issue.path[0] ?? 'type');
    errors[member] ??= toSentence(issue, member);
  }
  return { ok: false, errors };
}

function toSentence(issue: z.core.$ZodIssue, member: string): string {
  if (member === 'name' && issue.code === 'too_small') return text.name;
  if (member === 'rules') return issue.code === 'too_small' ? text.noRules : text.tooManyRules;
  if (issue.code === 'custom' || issue.code === 'invalid_format') return toWholeSentence(issue.message);
  if (issue.code === 'invalid_type') return text.wholeNumber;
  if (issue.code === 'too_small') return toBound(issue.minimum, issue.origin, member, text.atLeast, text.listEmpty);
  if (issue.code === 'too_big')
    return toBound(issue.maximum, issue.origin, member, text.atMost, text.listLong(Number(issue.maximum)));
  return text.invalid;
}

function toBound(
  bound: number | bigint,
  origin: string,
  member: string,
  toWords: (bound: string) => string,
  list: string,
): string {
  if (origin === 'array') return list;
  if (origin === 'string') return text.tooLong(Number(bound));
  if (member === 'withinSeconds') return toWords(toSpanWords(Number(bound)));
  if (member === 'rememberMinutes') return toWords(toSpanWords(Number(bound) * 60));
  return toWords(bound.toLocaleString('en'));
}

/** The rules of `shared` speak as parts of a sentence, such as "must be an IP address". */
function toWholeSentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`;
}
