// A rule as a sentence: the one way in which list, editor and explanation say what a policy asks for.

import { type ClientKind, clientKindLabels } from './client.ts';
import { type Rule, type Weekday, weekdays } from './policy.ts';

const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');
const allOf = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const oneOf = new Intl.ListFormat('en-GB', { type: 'disjunction' });

function toCount(count: number, one: string, other: string): string {
  return `${numbers.format(count)} ${plurals.select(count) === 'one' ? one : other}`;
}

/** The words of one language; another one is another value of this shape. */
export const english = {
  days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
  everyDay: 'Every day',
  weekdays: 'Weekdays',
  weekends: 'Weekends',
  dayRun: (first: string, last: string) => `${first}–${last}`,
  dayList: (parts: readonly string[]) => parts.join(', '),
  window: (days: string, start: string, end: string, zone: string) => `${days} ${start}–${end}, ${zone}`,
  windowOverMidnight: (days: string, start: string, end: string, zone: string) =>
    `${days} ${start} to ${end} the next day, ${zone}`,
  windowAllDay: (days: string, zone: string) => `${days}, all day, ${zone}`,
  rate: (uses: number, per: string, counts: string) =>
    `At most ${toCount(uses, 'use', 'uses')} ${per} for each ${counts}`,
  per: { minute: 'a minute', hour: 'an hour', day: 'a day' },
  counts: { agent: 'agent', credential: 'credential', both: 'agent on each credential' },
  addresses: (ranges: readonly string[], more: number) => `Only from ${toList(ranges, more, oneOf)}`,
  clients: (kinds: readonly string[]) => `Only ${oneOf.format(kinds)} clients`,
  anyClient: 'Any kind of client',
  maxUses: (uses: number) => `At most ${toCount(uses, 'use', 'uses')} of each grant`,
  reason: 'The agent must say what for',
  reasonOf: (characters: number) => `The agent must say what for, in at least ${numbers.format(characters)} characters`,
  approvalEachTime: (wait: string) => `Asks you before each use; without an answer in ${wait} it is refused`,
  approval: (wait: string, hold: string) =>
    `Asks you first; an answer may hold for ${hold}; without one in ${wait} it is refused`,
  fields: (names: readonly string[], more: number) =>
    names.length + more === 1 ? `Only the field ${names[0]}` : `Only the fields ${toList(names, more, allOf)}`,
  sites: (origins: readonly string[], more: number) => `Autofill only on ${toList(origins, more, allOf)}`,
  more: (count: number) => `${numbers.format(count)} more`,
  seconds: (count: number) => toCount(count, 'second', 'seconds'),
  minutes: (count: number) => toCount(count, 'minute', 'minutes'),
  hours: (count: number) => toCount(count, 'hour', 'hours'),
};
export type RuleWords = typeof english;

/** Longer lists are cut; the editor shows all of them. */
const listedMax = 4;

/** What a rule asks for, without a full stop: "Weekdays 09:00–17:00, Europe/London". "You" is the account's owner. */
export function toRuleSentence(rule: Rule, words: RuleWords = english): string {
  switch (rule.type) {
    case 'time_window':
      return toWindow(rule, words);
    case 'rate_limit':
      return words.rate(rule.uses, words.per[rule.per], words.counts[rule.counts]);
    case 'ip_allowlist':
      return words.addresses(...cut(rule.ranges));
    case 'client':
      return toClients(rule.kinds, words);
    case 'max_uses':
      return words.maxUses(rule.uses);
    case 'reason':
      return rule.lengthMin === 1 ? words.reason : words.reasonOf(rule.lengthMin);
    case 'approval':
      return toApproval(rule, words);
    case 'fields':
      return words.fields(...cut(rule.fields));
    case 'site':
      return words.sites(...cut(rule.origins));
  }
}

/** A length of time in its largest whole unit: "90 seconds", "2 minutes", "1 hour". */
export function toSpanWords(seconds: number, words: RuleWords = english): string {
  if (seconds % 3600 === 0) return words.hours(seconds / 3600);
  return seconds % 60 === 0 ? words.minutes(seconds / 60) : words.seconds(seconds);
}

/** Days of the week as people say them: "Weekdays", "Mon–Thu, Sat". In the order of the week, whatever theirs is. */
export function toDayWords(days: readonly Weekday[], words: RuleWords = english): string {
  const named = weekdays.filter((day) => days.includes(day));
  if (named.length === 7) return words.everyDay;
  if (named.join() === 'mon,tue,wed,thu,fri') return words.weekdays;
  if (named.join() === 'sat,sun') return words.weekends;
  return words.dayList(toRuns(named).flatMap((run) => toRunWords(run, words)));
}

function toWindow({ days, start, end, timeZone }: Extract<Rule, { type: 'time_window' }>, words: RuleWords): string {
  const named = toDayWords(days, words);
  if (start === '00:00' && end === '24:00') return words.windowAllDay(named, timeZone);
  // Midnight ends the day itself; only what goes on after it is of the next.
  const over = end < start && end !== '00:00';
  if (over) return words.windowOverMidnight(named, start, end, timeZone);
  return words.window(named, start, end === '00:00' ? '24:00' : end, timeZone);
}

function toClients(kinds: readonly ClientKind[], words: RuleWords): string {
  const labels = Object.entries(clientKindLabels).filter(([kind]) => kinds.some((allowed) => allowed === kind));
  if (labels.length === Object.keys(clientKindLabels).length) return words.anyClient;
  return words.clients(labels.map(([, label]) => label));
}

function toApproval(rule: Extract<Rule, { type: 'approval' }>, words: RuleWords): string {
  const wait = toSpanWords(rule.withinSeconds, words);
  if (rule.rememberMinutes === 0) return words.approvalEachTime(wait);
  return words.approval(wait, toSpanWords(rule.rememberMinutes * 60, words));
}

/** Days that follow each other, together. */
function toRuns(days: readonly Weekday[]): Weekday[][] {
  const runs: Weekday[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    const before = weekdays[weekdays.indexOf(day) - 1];
    if (run !== undefined && run.at(-1) === before) run.push(day);
    else runs.push([day]);
  }
  return runs;
}

/** From three on a run is said by its ends. */
function toRunWords(run: readonly Weekday[], words: RuleWords): string[] {
  const named = run.map((day) => words.days[day]);
  const [first = '', last = ''] = [named[0], named.at(-1)];
  return named.length < 3 ? named : [words.dayRun(first, last)];
}

function cut(values: readonly string[]): [shown: readonly string[], more: number] {
  if (values.length <= listedMax) return [values, 0];
  return [values.slice(0, listedMax - 1), values.length - listedMax + 1];
}

function toList(values: readonly string[], more: number, format: Intl.ListFormat): string {
  return format.format(more === 0 ? values : [...values, english.more(more)]);
}
