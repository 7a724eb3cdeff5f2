import { describe, expect, test } from 'vitest';
import { toCountdown, toDayName, toDayNumber, toDuration, toFullTime, toRelativeTime } from './time.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe('a relative time', () => {
  test.each([
    [0, 'now'],
    [59, 'now'],
    [60, '1m ago'],
    [119, '1m ago'],
    [3599, '59m ago'],
    [3600, '1h ago'],
    [86_399, '23h ago'],
    [86_400, '1d ago'],
    [6 * 86_400, '6d ago'],
    [14 * 86_400, '2w ago'],
    [40 * 86_400, '1mo ago'],
    [800 * 86_400, '2y ago'],
  ])('%i seconds ago counts whole units that have passed', (seconds, words) => {
    expect(toRelativeTime(ago(seconds), now, 'en')).toBe(words);
  });

  test.each([
    [-30, 'now'],
    [-3595, 'in 60m'],
    [-(7 * 86_400 - 2), 'in 7d'],
    [-(30 * 86_400), 'in 4w'],
  ])('%i seconds ago lies ahead and is rounded', (seconds, words) => {
    expect(toRelativeTime(ago(seconds), now, 'en')).toBe(words);
  });

  test('speaks the language it is asked for', () => {
    expect(toRelativeTime(ago(7200), now, 'de')).toBe('vor 2 Std.');
  });

  test('reads microseconds as the log writes them', () => {
    expect(toRelativeTime('2026-03-10T11:58:00.123456Z', now, 'en')).toBe('1m ago');
  });

  test('that cannot be read comes back as it is', () => {
    expect(toRelativeTime('soon', now, 'en')).toBe('soon');
    expect(toFullTime('soon', 'en')).toBe('soon');
  });
});

test('a full time has the date, the seconds and the zone', () => {
  const words = toFullTime('2026-03-10T12:00:05Z', 'en');
  expect(words).toMatch(/Mar 10, 2026/);
  expect(words).toMatch(/:05/);
  expect(words).toMatch(/UTC|GMT|[A-Z]{3,4}$/);
});

describe('a day', () => {
  const noon = new Date(2026, 2, 10, 12).getTime();
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

  test.each([
    [at(2026, 2, 10, 0, 0), 'Today, Tuesday, March 10, 2026'],
    [at(2026, 2, 9, 23, 59), 'Yesterday, Monday, March 9, 2026'],
    [at(2026, 2, 8, 12, 0), 'Sunday, March 8, 2026'],
  ])('%s is called %s', (instant, name) => {
    expect(toDayName(instant, noon, 'en-US')).toBe(name);
  });

  test('speaks the language it is asked for', () => {
    expect(toDayName(at(2026, 2, 9, 12, 0), noon, 'de')).toBe('Gestern, Montag, 9. März 2026');
  });

  test('begins and ends at midnight of the reader', () => {
    expect(toDayNumber(at(2026, 2, 10, 0, 0)) - toDayNumber(at(2026, 2, 9, 23, 59))).toBe(1);
    expect(toDayNumber(at(2026, 2, 10, 0, 0))).toBe(toDayNumber(at(2026, 2, 10, 23, 59)));
  });
});

test.each([
  [0, '1 second'],
  [41_000, '41 seconds'],
  [120_000, '2 minutes'],
  [5_400_000, '2 hours'],
  [172_800_000, '2 days'],
])('%i ms last %s', (ms, words) => {
  expect(toDuration(ms, 'en')).toBe(words);
});

test.each([
  [48_000, '0:48'],
  [725_000, '10:00'],
  [59_001, '1:00'],
  [-5_000, '0:00'],
])('%i ms before its end a request shows %s', (leftMs, shown) => {
  expect(toCountdown(new Date(leftMs).toISOString(), 0, 600_000)).toBe(shown);
});
