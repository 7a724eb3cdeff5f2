import type { PolicyInput, Rule } from '@keytrail/shared/policy';
import { expect, test } from 'vitest';
import { type PolicyDraft, toDraft, toFreeName, toPolicy, toRule, withRule } from './policy-draft.ts';
import { emptyRule, type RuleDraft } from './rule-draft.ts';

const timeZone = 'Europe/London';
const everyRule: Rule[] = [
  { type: 'time_window', days: ['mon', 'sun'], start: '22:00', end: '06:00', timeZone },
  { type: 'rate_limit', uses: 50, per: 'hour', counts: 'both' },
  { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '2001:db8::7'] },
  { type: 'client', kinds: ['cli', 'other'] },
  { type: 'max_uses', uses: 7 },
  { type: 'reason', lengthMin: 12 },
  { type: 'approval', withinSeconds: 90, rememberMinutes: 120 },
  { type: 'approval', withinSeconds: 600, rememberMinutes: 0 },
  { type: 'fields', fields: ['username', 'AWS_KEY.id'] },
  { type: 'site', origins: ['https://shop.example.com'] },
];

const policy = (rules: Rule[]): PolicyInput => ({ name: 'Nights', description: '', mode: 'observe', rules });
const draftOf = (rule: RuleDraft): PolicyDraft => ({ name: 'x', description: '', mode: 'enabled', rules: [rule] });
const errorsOf = (draft: PolicyDraft) => {
  const outcome = toPolicy(draft);
  return outcome.ok ? {} : outcome.errors;
};

test('what is stored comes back from the form unchanged, whatever the rule', () => {
  expect(toPolicy(toDraft(policy(everyRule)))).toEqual({ ok: true, value: policy(everyRule) });
});

test('an empty form says what it lacks', () => {
  expect(errorsOf({ name: ' ', description: '', mode: 'enabled', rules: [] })).toEqual({
    name: 'Give the policy a name.',
    rules: 'A policy needs at least one rule.',
  });
});

test.each<[RuleDraft, Record<string, string>]>([
  [{ key: 4, type: 'rate_limit', uses: '', per: 'day', counts: 'agent' }, { '4.uses': 'A whole number is needed.' }],
  [{ key: 4, type: 'rate_limit', uses: '0', per: 'day', counts: 'agent' }, { '4.uses': 'At least 1.' }],
  [{ key: 4, type: 'max_uses', uses: '9999999' }, { '4.uses': 'At most 1,000,000.' }],
  [{ key: 4, type: 'max_uses', uses: '1e3' }, { '4.uses': 'A whole number is needed.' }],
  [{ key: 4, type: 'reason', lengthMin: '501' }, { '4.lengthMin': 'At most 500.' }],
  [{ key: 4, type: 'client', kinds: [] }, { '4.kinds': 'At least one is needed.' }],
  [{ key: 4, type: 'ip_allowlist', ranges: { entries: [], typed: '' } }, { '4.ranges': 'At least one is needed.' }],
  [
    { key: 4, type: 'ip_allowlist', ranges: { entries: ['10.0.0.0/8'], typed: '10.300.0.0' } },
    { '4.ranges': 'Must be an IP address or a CIDR range, such as 10.0.0.0/8.' },
  ],
  [
    { key: 4, type: 'fields', fields: { entries: [], typed: 'pass word' } },
    { '4.fields': 'Must start with a letter or _ and hold letters, digits, _ . -.' },
  ],
  [
    { key: 4, type: 'site', origins: { entries: [], typed: 'ftp://example.com' } },
    { '4.origins': 'Must be a web address such as https://example.com.' },
  ],
  [
    { key: 4, type: 'time_window', days: [], start: '', end: '09:00', timeZone: 'Mars/Crater' },
    {
      '4.days': 'At least one is needed.',
      '4.start': 'Must be a time of day such as 09:00.',
      '4.timeZone': 'Must be an IANA time zone such as Europe/London.',
    },
  ],
  [
    { key: 4, type: 'time_window', days: ['mon'], start: '09:00', end: '', timeZone },
    { '4.end': 'Must be a time of day such as 09:00.' },
  ],
  [
    { key: 4, type: 'time_window', days: ['mon'], start: '09:00', end: '09:00', timeZone },
    { '4.end': 'Must differ from the start; 24:00 ends a day.' },
  ],
  [
    {
      key: 4,
      type: 'approval',
      within: { amount: '11', unit: 'minutes' },
      holds: 'while',
      remember: { amount: '25', unit: 'hours' },
    },
    { '4.withinSeconds': 'At most 10 minutes.', '4.rememberMinutes': 'At most 24 hours.' },
  ],
  [
    {
      key: 4,
      type: 'approval',
      within: { amount: '1', unit: 'seconds' },
      holds: 'while',
      remember: { amount: '0', unit: 'minutes' },
    },
    { '4.withinSeconds': 'At least 5 seconds.', '4.rememberMinutes': 'A whole number is needed.' },
  ],
])('%j is told where and why', (rule, errors) => {
  expect(errorsOf(draftOf(rule))).toEqual(errors);
  const single = toRule(rule);
  const members = Object.fromEntries(Object.entries(errors).map(([place, text]) => [place.replace('4.', ''), text]));
  expect(single.ok ? {} : single.errors).toEqual(members);
});

test('what stands in the box when Save is pressed is part of the list, in the one way to write it', () => {
  const rule: RuleDraft = { key: 0, type: 'ip_allowlist', ranges: { entries: ['10.1.2.3/8'], typed: ' 192.0.2.1 ' } };
  expect(toRule(rule)).toEqual({ ok: true, value: { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '192.0.2.1'] } });
});

test('rules added get keys of their own, also after one in the middle went', () => {
  const three = [1, 2, 3].reduce((draft) => withRule(draft, emptyRule('reason', timeZone)), toDraft(policy([])));
  const two = { ...three, rules: three.rules.filter(({ key }) => key !== 1) };
  expect(withRule(two, emptyRule('client', timeZone)).rules.map(({ key }) => key)).toEqual([0, 2, 3]);
});

test('a name that is taken gets a number', () => {
  expect(toFreeName('Office hours', [])).toBe('Office hours');
  expect(toFreeName('Office hours', ['office HOURS', 'Office hours 2'])).toBe('Office hours 3');
});
