import { afterEach, describe, expect, test } from 'vitest';
import { fromLocalField, toInstants, toLocalField } from './date-range.ts';

const now = Date.parse('2026-03-10T12:00:00.000Z');

test('a preset ends now and is open at its end', () => {
  expect(toInstants({ kind: 'last', span: '24h' }, now)).toEqual({ from: '2026-03-09T12:00:00.000Z' });
  expect(toInstants({ kind: 'last', span: '7d' }, now)).toEqual({ from: '2026-03-03T12:00:00.000Z' });
});

test('all time narrows nothing', () => {
  expect(toInstants({ kind: 'all' }, now)).toEqual({});
});

test('a custom range may be open on either side', () => {
  const at = '2026-03-01T00:00:00.000Z';
  expect(toInstants({ kind: 'custom', from: at }, now)).toEqual({ from: at });
  expect(toInstants({ kind: 'custom', to: at }, now)).toEqual({ to: at });
});

test('an instant survives the way through a date field, to the minute', () => {
  const at = '2026-03-10T09:41:00.000Z';
  expect(fromLocalField(toLocalField(at))).toBe(at);
});

test('an empty or half-typed date field is no instant', () => {
  expect(fromLocalField('')).toBeUndefined();
  expect(fromLocalField('2026-13-')).toBeUndefined();
  expect(toLocalField(undefined)).toBe('');
});

describe('over summer time', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    process.env.TZ = zone ?? 'UTC';
  });

  test.each([
    // 23 hours lie between these noons, and 25 between those.
    ['2026-03-29T12:00:00.000Z', '7d', '2026-03-22T12:00:00.000Z'],
    ['2026-10-25T12:00:00.000Z', '24h', '2026-10-24T12:00:00.000Z'],
  ] as const)('a preset at %s is whole hours, whatever the clocks did: %s', (at, span, from) => {
    process.env.TZ = 'Europe/Berlin';
    expect(toInstants({ kind: 'last', span }, Date.parse(at))).toEqual({ from });
  });

  test.each([
    ['Europe/Berlin', '2026-03-29T00:59:00.000Z', '2026-03-29T01:59'],
    ['Europe/Berlin', '2026-03-29T01:00:00.000Z', '2026-03-29T03:00'],
    ['America/New_York', '2026-11-01T05:30:00.000Z', '2026-11-01T01:30'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00.000Z', '2026-10-04T02:30'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00.000Z', '2026-01-01T05:45'],
  ])('in %s, %s is %s in a field and comes back', (zone, at, field) => {
    process.env.TZ = zone;
    expect(toLocalField(at)).toBe(field);
    expect(fromLocalField(field)).toBe(at);
  });

  test('an instant in the second of two equal hours, or between two minutes, stays itself while its field is left alone', () => {
    process.env.TZ = 'America/New_York';
    const second = '2026-11-01T06:30:00.000Z';
    expect(toLocalField(second)).toBe('2026-11-01T01:30');
    expect(fromLocalField('2026-11-01T01:30', second)).toBe(second);
    expect(fromLocalField('2026-11-01T01:30', '2026-11-01T06:30:17.250Z')).toBe('2026-11-01T06:30:17.250Z');
    expect(fromLocalField('2026-11-01T01:31', second)).toBe('2026-11-01T05:31:00.000Z');
  });
});
