import { afterEach, describe, expect, test } from 'vitest';
import { type Bar, fillBars, isYoung, mergeBars, type Tally, toBucket } from './bars.ts';

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone ?? 'UTC';
});

const at = (text: string) => Date.parse(text);
const hours = (bars: readonly Bar[]) => bars.map(({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000);
const totals = (bars: readonly Bar[]) => bars.map(({ total }) => total);

test.each([
  [{ from: '2026-03-10T00:00:00Z' }, 'hour'],
  [{ from: '2026-03-07T12:00:00Z' }, 'hour'],
  [{ from: '2026-03-06T12:00:00Z' }, 'day'],
  [{ from: '2026-02-01T00:00:00Z', to: '2026-02-02T00:00:00Z' }, 'hour'],
  [{ from: '2026-03-09T00:00:00Z', to: '2027-01-01T00:00:00Z' }, 'hour'],
  [{}, null],
] as const)('%j is shown by %s', (filter, bucket) => {
  expect(toBucket(filter, at('2026-03-10T12:00:00Z'))).toBe(bucket);
});

test('a log of a few hours is shown by hour, an old one by day', () => {
  const tally = (first: string): Tally => ({ bucket: 'day', bars: [{ at: first, counts: { agent_access: 1 } }] });
  expect(isYoung(tally('2026-03-09T00:00:00Z'), {}, at('2026-03-10T12:00:00Z'))).toBe(true);
  expect(isYoung(tally('2026-02-09T00:00:00Z'), {}, at('2026-03-10T12:00:00Z'))).toBe(false);
  expect(isYoung({ bucket: 'day', bars: [] }, {}, at('2026-03-10T12:00:00Z'))).toBe(true);
});

describe('hours', () => {
  const tally: Tally = {
    bucket: 'hour',
    bars: [
      { at: '2026-03-10T02:00:00Z', counts: { agent_access: 2, policy_denied: 1 } },
      { at: '2026-03-10T04:00:00Z', counts: { secret_access: 4 } },
    ],
  };

  test('without a gap, to the present one, from the first event', () => {
    const bars = fillBars(tally, {}, at('2026-03-10T05:30:00Z'));
    expect(totals(bars)).toEqual([3, 0, 4, 0]);
    expect(bars[0]).toEqual({
      fromMs: at('2026-03-10T02:00:00Z'),
      toMs: at('2026-03-10T03:00:00Z'),
      counts: { agent_access: 2, policy_denied: 1 },
      total: 3,
    });
  });

  test('cut where the filter is, so that choosing one does not widen it', () => {
    const bars = fillBars(
      tally,
      { from: '2026-03-10T01:20:00Z', to: '2026-03-10T04:10:00Z' },
      at('2026-04-01T00:00:00Z'),
    );
    expect(totals(bars)).toEqual([0, 3, 0, 4]);
    expect([bars[0]?.fromMs, bars.at(-1)?.toMs]).toEqual([at('2026-03-10T01:20:00Z'), at('2026-03-10T04:10:00Z')]);
  });

  test('an event of a server whose clock is ahead has its bar', () => {
    expect(totals(fillBars(tally, {}, at('2026-03-10T03:59:00Z')))).toEqual([3, 0, 4]);
  });

  test('nothing counted: the filter’s own time, empty; without one, none', () => {
    const none: Tally = { bucket: 'hour', bars: [] };
    expect(totals(fillBars(none, { from: '2026-03-10T02:00:00Z' }, at('2026-03-10T03:59:00Z')))).toEqual([0, 0]);
    expect(fillBars(none, {}, at('2026-03-10T03:59:00Z'))).toEqual([]);
    expect(fillBars(none, { to: '2026-03-10T02:00:00Z' }, at('2026-03-10T03:59:00Z'))).toEqual([]);
  });

  test('a filter that ends before it begins has no bars', () => {
    const filter = { from: '2026-03-10T02:00:00Z', to: '2026-03-09T02:00:00Z' };
    expect(fillBars({ bucket: 'hour', bars: [] }, filter, at('2026-03-10T03:59:00Z'))).toEqual([]);
  });

  test.each([
    ['Europe/London', '2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z', 3],
    ['Europe/London', '2026-03-29T00:00:00Z', '2026-03-29T03:00:00Z', 3],
    ['Asia/Kolkata', '2026-03-10T00:30:00Z', '2026-03-10T02:30:00Z', 2],
  ])('where the clock changes, %s has each hour once', (name, from, to, count) => {
    process.env.TZ = name;
    const bars = fillBars({ bucket: 'hour', bars: [] }, { from, to }, at('2027-01-01T00:00:00Z'));
    expect(hours(bars)).toEqual(Array.from({ length: count }, () => 1));
  });
});

describe('days', () => {
  test.each([
    // The clock goes forward, back, forward at midnight, back at midnight; a zone without changes.
    ['Europe/London', '2026-03-28T00:00:00Z', '2026-03-30T23:00:00Z', [24, 23, 24]],
    ['America/New_York', '2026-10-31T04:00:00Z', '2026-11-03T05:00:00Z', [24, 25, 24]],
    ['Asia/Beirut', '2026-03-27T22:00:00Z', '2026-03-30T21:00:00Z', [24, 23, 24]],
    ['Africa/Cairo', '2026-10-28T21:00:00Z', '2026-10-31T22:00:00Z', [25, 24, 24]],
    ['Asia/Tokyo', '2026-03-27T15:00:00Z', '2026-03-30T15:00:00Z', [24, 24, 24]],
  ])('%s', (name, from, to, lengths) => {
    process.env.TZ = name;
    const bars = fillBars({ bucket: 'day', bars: [] }, { from, to }, at('2027-01-01T00:00:00Z'));
    expect(hours(bars)).toEqual(lengths);
  });

  test('a day that the server begins an hour later is still that day', () => {
    process.env.TZ = 'America/Havana';
    // The clock goes back from one to midnight: the day has two of them, five hours and four hours from UTC.
    const tally: Tally = {
      bucket: 'day',
      bars: [
        { at: '2026-10-31T04:00:00Z', counts: { agent_access: 1 } },
        { at: '2026-11-01T05:00:00Z', counts: { agent_access: 2 } },
        { at: '2026-11-02T05:00:00Z', counts: { agent_access: 4 } },
      ],
    };
    expect(totals(fillBars(tally, {}, at('2026-11-02T12:00:00Z')))).toEqual([1, 2, 4]);
  });
});

test('too many bars are joined from the newest on, and no event is lost', () => {
  const bars: Bar[] = Array.from({ length: 7 }, (_, n) => ({
    fromMs: n,
    toMs: n + 1,
    counts: { agent_access: n },
    total: n,
  }));
  expect(mergeBars(bars, 7)).toEqual(bars);
  expect(mergeBars(bars, 4)).toEqual([
    { fromMs: 0, toMs: 1, counts: {}, total: 0 },
    { fromMs: 1, toMs: 3, counts: { agent_access: 3 }, total: 3 },
    { fromMs: 3, toMs: 5, counts: { agent_access: 7 }, total: 7 },
    { fromMs: 5, toMs: 7, counts: { agent_access: 11 }, total: 11 },
  ]);
});
