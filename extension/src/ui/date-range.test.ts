import { expect, test } from 'vitest';
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
