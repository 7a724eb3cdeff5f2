import { expect, test } from 'vitest';
import type { Rule, Weekday } from './policy.ts';
import { english, toDayWords, toRuleSentence, toSpanWords } from './rule-sentence.ts';

const week: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const workdays = week.slice(0, 5);
const timeZone = 'Europe/London';
const window = { type: 'time_window', days: workdays, start: '09:00', end: '17:00', timeZone } as const;
const rate = { type: 'rate_limit', uses: 50, per: 'hour', counts: 'agent' } as const;
const approval = { type: 'approval', withinSeconds: 120, rememberMinutes: 15 } as const;

const cases: readonly (readonly [Rule, string])[] = [
  [window, 'Weekdays 09:00–17:00, Europe/London'],
  [{ ...window, days: week }, 'Every day 09:00–17:00, Europe/London'],
  [{ ...window, start: '22:00', end: '06:00' }, 'Weekdays 22:00 to 06:00 the next day, Europe/London'],
  [{ ...window, start: '22:00', end: '00:00' }, 'Weekdays 22:00–24:00, Europe/London'],
  [{ ...window, start: '22:00', end: '24:00' }, 'Weekdays 22:00–24:00, Europe/London'],
  [{ ...window, days: ['sun', 'sat'], start: '00:00', end: '24:00' }, 'Weekends, all day, Europe/London'],
  [rate, 'At most 50 uses an hour for each agent'],
  [{ ...rate, uses: 1, per: 'minute', counts: 'credential' }, 'At most 1 use a minute for each credential'],
  [{ ...rate, uses: 1200, per: 'day', counts: 'both' }, 'At most 1,200 uses a day for each agent on each credential'],
  [{ type: 'ip_allowlist', ranges: ['203.0.113.0/24'] }, 'Only from 203.0.113.0/24'],
  [{ type: 'ip_allowlist', ranges: ['10.0.0.0/8', '2001:db8::/32'] }, 'Only from 10.0.0.0/8 or 2001:db8::/32'],
  [
    { type: 'ip_allowlist', ranges: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'] },
    'Only from 10.0.0.1, 10.0.0.2, 10.0.0.3 or 2 more',
  ],
  [{ type: 'client', kinds: ['browser'] }, 'Only Browser clients'],
  [{ type: 'client', kinds: ['nodejs', 'cli'] }, 'Only CLI or Node.js clients'],
  [{ type: 'client', kinds: ['browser', 'cli', 'mcp_python', 'nodejs', 'other'] }, 'Any kind of client'],
  [{ type: 'max_uses', uses: 1 }, 'At most 1 use of each grant'],
  [{ type: 'max_uses', uses: 1000 }, 'At most 1,000 uses of each grant'],
  [{ type: 'reason', lengthMin: 1 }, 'The agent must say what for'],
  [{ type: 'reason', lengthMin: 20 }, 'The agent must say what for, in at least 20 characters'],
  [approval, 'Asks you first; an answer may hold for 15 minutes; without one in 2 minutes it is refused'],
  [
    { ...approval, withinSeconds: 45, rememberMinutes: 0 },
    'Asks you before each use; without an answer in 45 seconds it is refused',
  ],
  [{ type: 'fields', fields: ['password'] }, 'Only the field password'],
  [{ type: 'fields', fields: ['username', 'password'] }, 'Only the fields username and password'],
  [{ type: 'fields', fields: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'Only the fields a, b, c and 3 more'],
  [{ type: 'site', origins: ['https://shop.example.com'] }, 'Autofill only on https://shop.example.com'],
];

test.each(cases)('%j reads', (rule, sentence) => {
  expect(toRuleSentence(rule)).toBe(sentence);
});

test.each<[Weekday[], string]>([
  [['mon'], 'Mon'],
  [['tue', 'mon'], 'Mon, Tue'],
  [['mon', 'tue', 'wed', 'thu', 'sat'], 'Mon–Thu, Sat'],
  [['fri', 'sat', 'sun'], 'Fri–Sun'],
  [['mon', 'wed', 'fri', 'sun'], 'Mon, Wed, Fri, Sun'],
])('%j are %s', (days, words) => {
  expect(toDayWords(days)).toBe(words);
});

test.each([
  [5, '5 seconds'],
  [60, '1 minute'],
  [90, '90 seconds'],
  [3600, '1 hour'],
  [86_400, '24 hours'],
])('%d s are %s', (seconds, words) => {
  expect(toSpanWords(seconds)).toBe(words);
});

test('another language is another table of words', () => {
  const german = {
    ...english,
    weekdays: 'Werktags',
    window: (days: string, start: string, end: string) => `${days} von ${start} bis ${end} Uhr`,
  };
  expect(toRuleSentence(window, german)).toBe('Werktags von 09:00 bis 17:00 Uhr');
});
