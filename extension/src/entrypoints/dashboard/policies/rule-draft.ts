// A rule as its form holds it: numbers and lists as typed, so that nothing is lost while it is not yet a rule.

import type { ClientKind } from '@keytrail/shared/client';
import type { Rule, RuleType, Weekday } from '@keytrail/shared/policy';

export const spanUnits = ['seconds', 'minutes', 'hours'] as const;
export type SpanUnit = (typeof spanUnits)[number];
export const unitSeconds: Record<SpanUnit, number> = { seconds: 1, minutes: 60, hours: 3600 };

/** A length of time as typed. */
export interface SpanDraft {
  readonly amount: string;
  readonly unit: SpanUnit;
}

/** Entries that are in, and what stands in the box behind them. */
export interface ListDraft {
  readonly entries: readonly string[];
  readonly typed: string;
}

type Rate = Extract<Rule, { type: 'rate_limit' }>;

export type RuleBody =
  | {
      readonly type: 'time_window';
      readonly days: readonly Weekday[];
      readonly start: string;
      readonly end: string;
      readonly timeZone: string;
    }
  | { readonly type: 'rate_limit'; readonly uses: string; readonly per: Rate['per']; readonly counts: Rate['counts'] }
  | { readonly type: 'ip_allowlist'; readonly ranges: ListDraft }
  | { readonly type: 'client'; readonly kinds: readonly ClientKind[] }
  | { readonly type: 'max_uses'; readonly uses: string }
  | { readonly type: 'reason'; readonly lengthMin: string }
  | {
      readonly type: 'approval';
      readonly within: SpanDraft;
      /** Whether an answer holds for one use, or for a while. */
      readonly holds: 'once' | 'while';
      readonly remember: SpanDraft;
    }
  | { readonly type: 'fields'; readonly fields: ListDraft }
  | { readonly type: 'site'; readonly origins: ListDraft };

/** `key` tells rules apart while they change; it means nothing beyond the form. */
export type RuleDraft = RuleBody & { readonly key: number };
export type RuleDraftOf<Type extends RuleType> = Extract<RuleDraft, { type: Type }>;

const hold15: SpanDraft = { amount: '15', unit: 'minutes' };
const noEntries: ListDraft = { entries: [], typed: '' };

/** What the form of a new rule begins with. Lists begin empty: only the person knows what goes in. */
export function emptyRule(type: RuleType, timeZone: string): RuleBody {
  switch (type) {
    case 'time_window':
      return { type, days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '09:00', end: '17:00', timeZone };
    case 'rate_limit':
      return { type, uses: '50', per: 'hour', counts: 'agent' };
    case 'ip_allowlist':
      return { type, ranges: noEntries };
    case 'client':
      return { type, kinds: [] };
    case 'max_uses':
      return { type, uses: '100' };
    case 'reason':
      return { type, lengthMin: '10' };
    case 'approval':
      return { type, within: { amount: '2', unit: 'minutes' }, holds: 'while', remember: hold15 };
    case 'fields':
      return { type, fields: noEntries };
    case 'site':
      return { type, origins: noEntries };
  }
}

/** The form of a rule that is stored, or that a template holds. */
export function toRuleBody(rule: Rule): RuleBody {
  switch (rule.type) {
    case 'time_window':
    case 'client':
      return rule;
    case 'rate_limit':
      return { ...rule, uses: String(rule.uses) };
    case 'max_uses':
      return { ...rule, uses: String(rule.uses) };
    case 'reason':
      return { ...rule, lengthMin: String(rule.lengthMin) };
    case 'ip_allowlist':
      return { type: rule.type, ranges: { entries: rule.ranges, typed: '' } };
    case 'approval':
      return {
        type: rule.type,
        within: toSpan(rule.withinSeconds),
        holds: rule.rememberMinutes === 0 ? 'once' : 'while',
        remember: rule.rememberMinutes === 0 ? hold15 : toSpan(rule.rememberMinutes * 60),
      };
    case 'fields':
      return { type: rule.type, fields: { entries: rule.fields, typed: '' } };
    case 'site':
      return { type: rule.type, origins: { entries: rule.origins, typed: '' } };
  }
}

/** What the schema is asked about: a rule if all is well, else whatever the form makes of it. */
export function toRawRule(draft: RuleDraft): Readonly<Record<string, unknown>> {
  const { type } = draft;
  switch (type) {
    case 'time_window': {
      const { days, start, end, timeZone } = draft;
      return { type, days, start, end, timeZone: timeZone.trim() };
    }
    case 'client':
      return { type, kinds: draft.kinds };
    case 'rate_limit':
      return { type, uses: toNumber(draft.uses), per: draft.per, counts: draft.counts };
    case 'max_uses':
      return { type, uses: toNumber(draft.uses) };
    case 'reason':
      return { type, lengthMin: toNumber(draft.lengthMin) };
    case 'ip_allowlist':
      return { type, ranges: toEntries(draft.ranges) };
    case 'approval':
      return {
        type,
        withinSeconds: toSeconds(draft.within),
        rememberMinutes: draft.holds === 'once' ? 0 : toMinutes(draft.remember),
      };
    case 'fields':
      return { type, fields: toEntries(draft.fields) };
    case 'site':
      return { type, origins: toEntries(draft.origins) };
  }
}

/** What stands in the box counts as an entry: who typed it and pressed Save meant it. */
export function toEntries({ entries, typed }: ListDraft): string[] {
  const last = typed.trim();
  return last === '' || entries.includes(last) ? [...entries] : [...entries, last];
}

/** Undefined for what is no whole number, so that the schema says so. */
function toNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

function toSeconds({ amount, unit }: SpanDraft): number | undefined {
  const count = toNumber(amount);
  return count === undefined ? undefined : count * unitSeconds[unit];
}

function toMinutes(span: SpanDraft): number | undefined {
  const seconds = toSeconds(span);
  // None at all would be another answer: one that holds for one use.
  return seconds === undefined || seconds === 0 ? undefined : Math.ceil(seconds / 60);
}

function toSpan(seconds: number): SpanDraft {
  const unit = seconds % 3600 === 0 ? 'hours' : seconds % 60 === 0 ? 'minutes' : 'seconds';
  return { amount: String(seconds / unitSeconds[unit]), unit };
}
