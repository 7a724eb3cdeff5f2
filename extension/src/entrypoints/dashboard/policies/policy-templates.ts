// Policies to begin with: each a whole one, filled in, and edited like any other.

import type { PolicyInput, PolicyMode } from '@keytrail/shared/policy';
import { strings } from '../strings.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { emptyRule, type RuleBody, toRuleBody } from './rule-draft.ts';

export const templateIds = [
  'office_hours',
  'nights_off',
  'ask_first',
  'ask_every_time',
  'few_uses',
  'ten_in_all',
  'this_network',
  'browser_only',
  'say_why',
  'login_only',
  'production',
  'watch',
] as const;
export type TemplateId = (typeof templateIds)[number];

/** What a template takes from where it is used. */
export interface TemplatePlace {
  /** The browser's zone. */
  readonly timeZone: string;
  /** The address that the server last saw this person at, where that is known. */
  readonly address: string | null;
}

const fromRule = (rule: PolicyInput['rules'][number]) => toRuleBody(rule);

const askFirst = fromRule({ type: 'approval', withinSeconds: 120, rememberMinutes: 15 });
const sayWhy = fromRule({ type: 'reason', lengthMin: 10 });
const tenAnHour = fromRule({ type: 'rate_limit', uses: 10, per: 'hour', counts: 'agent' });

const bodies: Record<TemplateId, (place: TemplatePlace) => readonly RuleBody[]> = {
  office_hours: ({ timeZone }) => [emptyRule('time_window', timeZone)],
  nights_off: ({ timeZone }) => [
    fromRule({
      type: 'time_window',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      start: '07:00',
      end: '22:00',
      timeZone,
    }),
  ],
  ask_first: () => [askFirst],
  ask_every_time: () => [fromRule({ type: 'approval', withinSeconds: 120, rememberMinutes: 0 }), sayWhy],
  few_uses: () => [tenAnHour],
  ten_in_all: () => [fromRule({ type: 'max_uses', uses: 10 })],
  this_network: ({ address }) => [
    { type: 'ip_allowlist', ranges: { entries: address === null ? [] : [address], typed: '' } },
  ],
  browser_only: () => [fromRule({ type: 'client', kinds: ['browser'] })],
  say_why: () => [sayWhy],
  login_only: () => [fromRule({ type: 'fields', fields: ['username', 'password'] })],
  production: ({ timeZone }) => [emptyRule('time_window', timeZone), tenAnHour, askFirst, sayWhy],
  watch: ({ timeZone }) => [emptyRule('time_window', timeZone), tenAnHour],
};

const observing: readonly TemplateId[] = ['watch'];

/** A template as the editor begins with it; an empty form without one. */
export function toTemplateDraft(id: TemplateId | undefined, place: TemplatePlace): PolicyDraft {
  if (id === undefined) return { name: '', description: '', mode: 'enabled', rules: [] };
  const { name, description } = strings.policies.templates.all[id];
  const mode: PolicyMode = observing.includes(id) ? 'observe' : 'enabled';
  return { name, description, mode, rules: bodies[id](place).map((body, key) => ({ ...body, key })) };
}
