import { expect, test } from 'vitest';
import { followScroll, isSteady, notePlaces } from './steady-places.ts';

const at = (places: Record<string, number>) => new Map(Object.entries(places).map(([id, y]) => [id, { x: 10, y }]));
const start = notePlaces(new Map(), at({ one: 0, two: 100 }), 1000);

test('what has just appeared takes no press, and takes it after a moment', () => {
  expect(isSteady(start, 'one', 1000)).toBe(false);
  expect(isSteady(start, 'one', 1699)).toBe(false);
  expect(isSteady(start, 'one', 1700)).toBe(true);
  expect(isSteady(start, 'three', 9000)).toBe(false);
});

test('what moved takes no press for a moment, what stood still does', () => {
  const moved = notePlaces(start, at({ one: 0, two: 40 }), 5000);
  expect(isSteady(moved, 'one', 5100)).toBe(true);
  expect(isSteady(moved, 'two', 5100)).toBe(false);
  expect(isSteady(moved, 'two', 5700)).toBe(true);
});

test('a press from before a move, which is heard of after it, does not count', () => {
  const moved = notePlaces(start, at({ two: 0 }), 5000);
  expect(isSteady(moved, 'two', 4990)).toBe(false);
});

test('rounding is no move; many small steps are', () => {
  const rounded = notePlaces(start, at({ one: 1, two: 100.4 }), 5000);
  expect(isSteady(rounded, 'one', 5000)).toBe(true);
  const crept = notePlaces(rounded, at({ one: 2, two: 100 }), 5100);
  expect(isSteady(crept, 'one', 5200)).toBe(false);
});

test('what went and came back has just appeared', () => {
  const back = notePlaces(notePlaces(start, at({ one: 0 }), 4000), at({ one: 0, two: 100 }), 5000);
  expect(isSteady(back, 'one', 5000)).toBe(true);
  expect(isSteady(back, 'two', 5000)).toBe(false);
});

test('what a person scrolls is no move, and makes nothing that has just come steady', () => {
  const scrolled = followScroll(start, at({ one: -50, two: 50 }));
  expect(isSteady(scrolled, 'two', 1500)).toBe(false);
  expect(isSteady(notePlaces(scrolled, at({ one: -50, two: 50 }), 5000), 'two', 5000)).toBe(true);
});
