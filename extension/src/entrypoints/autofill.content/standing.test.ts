// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { watchApproach } from './approach.ts';
import { watchStanding } from './standing.ts';

let life = new AbortController();

/** A menu that stands where the test puts it: there is no layout here. The clock stands still between the steps. */
function stand() {
  life = new AbortController();
  vi.useFakeTimers({ toFake: ['performance', 'requestAnimationFrame', 'cancelAnimationFrame'] });
  const host = document.createElement('div');
  let left = 0;
  host.getBoundingClientRect = () => new DOMRect(left, 0, 240, 80);
  const standsSinceMs = watchStanding(host, life.signal);
  const isApproached = watchApproach(host, standsSinceMs, life.signal);
  return { host, standsSinceMs, isApproached, moveTo: (x: number) => (left = x) };
}

function point(type: string, init: { isTrusted: boolean; pointerType?: string }): Event {
  const event = new PointerEvent(type, { pointerType: init.pointerType ?? 'mouse' });
  Object.defineProperty(event, 'isTrusted', { value: init.isTrusted });
  return event;
}

afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

test('a menu that stays stands since it was placed', () => {
  const { standsSinceMs } = stand();
  const placedAtMs = performance.now();
  vi.advanceTimersByTime(600);
  expect(standsSinceMs()).toBe(placedAtMs);
});

test('a move that no frame has shown yet restarts the time', () => {
  const { standsSinceMs, moveTo } = stand();
  vi.advanceTimersByTime(600);
  moveTo(100);
  expect(standsSinceMs()).toBe(performance.now());
});

test('a menu that was elsewhere for a frame has moved, even if it is back', () => {
  const { standsSinceMs, moveTo } = stand();
  vi.advanceTimersByTime(600);
  moveTo(100);
  vi.advanceTimersByTime(20);
  moveTo(0);
  expect(standsSinceMs()).toBe(performance.now());
});

test('a pointer that moves on the menu has come to it; after a move of the menu it must come again', () => {
  const { host, isApproached, moveTo } = stand();
  vi.advanceTimersByTime(100);
  expect(isApproached()).toBe(false);
  host.dispatchEvent(point('pointermove', { isTrusted: true }));
  expect(isApproached()).toBe(true);
  vi.advanceTimersByTime(100);
  moveTo(100);
  expect(isApproached()).toBe(false);
});

test.each([
  ['a pointer that rests while the menu comes', point('pointerenter', { isTrusted: true })],
  ['a move that a script made up', point('pointermove', { isTrusted: false })],
  ['a press without a move', point('pointerdown', { isTrusted: true })],
])('%s has not come to it', (_name, event) => {
  const { host, isApproached } = stand();
  vi.advanceTimersByTime(100);
  host.dispatchEvent(event);
  expect(isApproached()).toBe(false);
});

test('a finger has come to where it comes down', () => {
  const { host, isApproached } = stand();
  vi.advanceTimersByTime(100);
  host.dispatchEvent(point('pointerdown', { isTrusted: true, pointerType: 'touch' }));
  expect(isApproached()).toBe(true);
});
