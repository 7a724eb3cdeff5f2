import { clientKinds } from '@keytrail/shared/client';
import { denialRules, type EventFilter, eventOutcomes, eventSources, eventTypes } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { eventFilter } from '@keytrail/shared/event-schema';
import { line } from '@keytrail/shared/text';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAuditSearch, toDashboardUrl } from '../../../lib/dashboard-link.ts';
import { lastSpans } from '../../../ui/date-range.ts';
import { parseSearch, stringifySearch } from '../search.ts';
import {
  type AuditSearch,
  fromFilter,
  fromRange,
  groupings,
  parseAuditSearch,
  toChoices,
  toFilter,
  toRange,
} from './audit-search.ts';

const agent = '0197f3a0-0000-7000-8000-000000000001';
const now = Date.parse('2026-03-10T12:00:00.000Z');
const read = (text: string) => parseAuditSearch(parseSearch(text));

const some = <Value>(value: fc.Arbitrary<Value>) =>
  fc.option(fc.uniqueArray(value, { minLength: 1, maxLength: 4 }), { nil: undefined });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((text) => text.trim())
  // Graphemes include the separators U+2028 and U+2029, which are no part of one line.
  .filter((text) => line(100).safeParse(text).success);
const instants = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const searches: fc.Arbitrary<AuditSearch> = fc
  .record({
    types: some(fc.constantFrom(...eventTypes)),
    sources: some(fc.constantFrom(...eventSources)),
    services: some(words),
    agents: some(fc.uuid()),
    credentials: some(fc.uuid()),
    proxies: some(fc.uuid()),
    outcomes: some(fc.constantFrom(...eventOutcomes)),
    clients: some(fc.constantFrom(...clientKinds)),
    ips: some(fc.constantFrom('10.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1')),
    rules: some(fc.constantFrom(...denialRules)),
    policies: some(fc.uuid()),
    text: maybe(words),
    from: maybe(fc.oneof(instants, fc.constantFrom(...Object.keys(lastSpans)))),
    to: maybe(instants),
    group: maybe(fc.constantFrom(...groupings)),
    expanded: some(words),
    view: maybe(fc.uuid()),
    event: maybe(fc.uuid()),
  })
  .map((search) => (search.from !== undefined && search.from in lastSpans ? { ...search, to: undefined } : search))
  .filter(({ from, to }) => from === undefined || to === undefined || Date.parse(from) <= Date.parse(to));

/** Whatever people and programs put behind a question mark. */
const mess = fc.dictionary(
  fc.constantFrom('types', 'ips', 'text', 'from', 'to', 'agents', 'group', 'event', 'services', 'constructor'),
  fc.oneof(fc.string(), fc.array(fc.string()), fc.constantFrom('7d', '10.0.0.1/8', 'agent_access', agent, '\ud800')),
);

describe('an address of the audit log', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(searches, (search) => {
        expect(read(stringifySearch(search))).toEqual(search);
      }),
    );
  });

  test('is read without what is wrong in it, whatever it holds, and then stays the same', () => {
    fc.assert(
      fc.property(mess, (search) => {
        const parsed = parseAuditSearch(search);
        expect(read(stringifySearch(parsed))).toEqual(parsed);
      }),
    );
  });

  test('always means a filter that the server accepts', () => {
    fc.assert(
      fc.property(fc.oneof(searches, mess.map(parseAuditSearch)), (search) => {
        expect(eventFilter.safeParse(toFilter(search, now)).error).toBeUndefined();
      }),
    );
  });

  test('that the popup made carries its filter', () => {
    fc.assert(
      fc.property(searches, (search) => {
        const filter: EventFilter = { ...toChoices(search), from: '2026-03-01T00:00:00.000Z' };
        const url = toDashboardUrl('/audit', toAuditSearch(filter, search.event));
        const opened = read(url.split('?')[1] ?? '');
        expect(toFilter(opened, now)).toEqual(filter);
        expect(opened.event).toBe(search.event);
        expect(toFilter(fromFilter(filter), now)).toEqual(filter);
      }),
    );
  });

  test('without filters admits all', () => {
    expect(isUnfiltered(toFilter(read('?group=day&view=1'), now))).toBe(true);
  });

  test.each([
    '?types=nonsense',
    '?agents=1',
    '?from=yesterday',
    '?from=0000-01-01T00:00:00Z',
    '?to=7d',
    '?services=',
    '?event=x',
    '?ips=10.1&ips=fe80::1%25eth0',
    '?text=%20',
    '?group=hour',
  ])('%s is read without what is wrong in it', (text) => expect(toFilter(read(text), now)).toEqual({}));

  test('keeps what is right beside what is wrong', () => {
    expect(read('?types=nonsense&types=agent_access').types).toEqual(['agent_access']);
    expect(read('?ips=10.1&ips=10.1.2.3/8').ips).toEqual(['10.0.0.0/8']);
  });

  test('a preset stays a preset, and ends now', () => {
    expect(toRange(read('?from=30d&to=2026-03-10T12:00:00Z'))).toEqual({ kind: 'last', span: '30d' });
    expect(fromRange({ kind: 'last', span: '30d' })).toEqual({ from: '30d', to: undefined });
    expect(toFilter(read('?from=24h'), now)).toEqual({ from: '2026-03-09T12:00:00.000Z' });
  });
});

test('a time that ends before it begins is the time between the two', () => {
  const [from, to] = ['2026-03-10T00:00:00Z', '2026-03-12T00:00:00Z'];
  expect(parseAuditSearch({ from: to, to: from })).toMatchObject({ from, to });
});
