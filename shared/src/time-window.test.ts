import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { weekdays } from './policy.ts';
import { findNextOpening, isWithinWindow, type TimeWindow } from './time-window.ts';

const at = (instant: string) => Date.parse(instant);
const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const office: TimeWindow = {
  type: 'time_window',
  days: workdays,
  start: '09:00',
  end: '17:00',
  timeZone: 'Europe/London',
};
const night: TimeWindow = { type: 'time_window', days: ['fri'], start: '22:00', end: '06:00', timeZone: 'UTC' };
const allDay: TimeWindow = {
  type: 'time_window',
  days: ['sun'],
  start: '00:00',
  end: '24:00',
  timeZone: 'Asia/Kathmandu',
};

test.each<[string, TimeWindow, string, boolean]>([
  ['its first moment', office, '2026-11-24T09:00:00Z', true],
  ['a moment before', office, '2026-11-24T08:59:59.999Z', false],
  ['its last moment', office, '2026-11-24T16:59:59.999Z', true],
  ['its end', office, '2026-11-24T17:00:00Z', false],
  ['a Saturday', office, '2026-11-28T12:00:00Z', false],
  ['summer time: an hour earlier by UTC', office, '2026-07-01T08:00:00Z', true],
  ['summer time: no longer at the end', office, '2026-07-01T16:00:00Z', false],
  ['before midnight', night, '2026-11-27T23:59:00Z', true],
  ['past midnight, on the next day', night, '2026-11-28T05:59:00Z', true],
  ['the evening of the next day', night, '2026-11-28T22:30:00Z', false],
  ['past midnight of the day itself', night, '2026-11-27T03:00:00Z', false],
  ['a whole day, three quarters of an hour off', allDay, '2026-11-28T18:15:00Z', true],
  ['a whole day, its end', allDay, '2026-11-29T18:15:00Z', false],
])('%s', (_, window, instant, expected) => expect(isWithinWindow(window, at(instant))).toBe(expected));

describe('the next opening', () => {
  const daily = { type: 'time_window', days: weekdays, timeZone: 'Europe/London' } as const;

  test.each<[string, TimeWindow, string, string]>([
    ['later today', office, '2026-11-24T03:00:00Z', '2026-11-24T09:00:00.000Z'],
    ['after the weekend', office, '2026-11-27T17:00:00Z', '2026-11-30T09:00:00.000Z'],
    ['over the end of summer time', office, '2026-10-23T20:00:00Z', '2026-10-26T09:00:00.000Z'],
    ['over the beginning of summer time', office, '2026-03-27T20:00:00Z', '2026-03-30T08:00:00.000Z'],
    ['in a week, of a single day', allDay, '2026-11-29T18:15:00Z', '2026-12-05T18:15:00.000Z'],
    [
      'a start that the clock skips: when it is put over',
      { ...daily, start: '01:30', end: '05:00' },
      '2026-03-29T00:00:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'a window that the clock skips: the next day',
      { ...daily, start: '01:15', end: '01:45' },
      '2026-03-29T00:30:00Z',
      '2026-03-30T00:15:00.000Z',
    ],
    [
      'a start that comes twice: the first',
      { ...daily, start: '01:30', end: '01:45' },
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'a start that comes twice: the second',
      { ...daily, start: '01:30', end: '01:45' },
      '2026-10-25T00:50:00Z',
      '2026-10-25T01:30:00.000Z',
    ],
    [
      'put back into the window',
      { ...daily, start: '00:30', end: '01:30' },
      '2026-10-25T00:40:00Z',
      '2026-10-25T01:00:00.000Z',
    ],
    [
      'only day and hour skipped: a week later',
      { ...daily, days: ['sun'], start: '01:15', end: '01:45' },
      '2026-03-29T00:30:00Z',
      '2026-04-05T00:15:00.000Z',
    ],
    [
      'half an hour of summer time',
      { ...daily, timeZone: 'Australia/Lord_Howe', start: '02:10', end: '02:20' },
      '2026-10-03T12:00:00Z',
      '2026-10-04T15:10:00.000Z',
    ],
  ])('%s', (_, window, instant, expected) => {
    expect(isWithinWindow(window, at(instant))).toBe(false);
    expect(new Date(findNextOpening(window, at(instant)) ?? 0).toISOString()).toBe(expected);
  });

  test('is open, and nothing before it is', () => {
    const clock = fc.integer({ min: 0, max: 1439 }).map((n) => `${pad(Math.floor(n / 60))}:${pad(n % 60)}`);
    const anyWindow = fc.record({
      type: fc.constant('time_window' as const),
      days: fc.subarray([...weekdays], { minLength: 1 }),
      start: clock,
      end: clock,
      timeZone: fc.constantFrom(
        'UTC',
        'Europe/London',
        'America/New_York',
        'Asia/Kathmandu',
        'Australia/Lord_Howe',
        'Pacific/Apia',
      ),
    });
    const minute = fc.integer({ min: at('2026-01-01T00:00:00Z') / 60_000, max: at('2027-01-01T00:00:00Z') / 60_000 });
    fc.assert(
      fc.property(anyWindow, minute, (window, n) => {
        fc.pre(window.start !== window.end && !isWithinWindow(window, n * 60_000));
        const opening = findNextOpening(window, n * 60_000) ?? Number.NaN;
        expect(isWithinWindow(window, opening)).toBe(true);
        for (
          let before = opening - 60_000;
          before >= Math.max(n * 60_000, opening - 12 * 3_600_000);
          before -= 300_000
        ) {
          expect(isWithinWindow(window, before)).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('a zone that does not exist throws', () => {
  expect(() => isWithinWindow({ ...office, timeZone: 'Mars/Olympus' }, 0)).toThrow(RangeError);
});

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
