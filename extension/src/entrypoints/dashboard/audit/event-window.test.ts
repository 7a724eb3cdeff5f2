import type { AuditEvent } from '@keytrail/shared/event';
import { describe, expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { FailureError } from '../../../lib/failure.ts';
import type { CachedRun } from './cached-run.ts';
import { pageSize } from './event-reads.ts';
import { createEventWindow } from './event-window.ts';

/** A log of `size` events, a cache of those in `cached`, and a server that may be away. */
function createWorld(size: number, cached: CachedRun | null) {
  const log = Array.from({ length: size }, (_, seq) => makeEvent(seq));
  const world = { log, cached, away: false, asked: 0 };
  const newestFirst = (events: readonly AuditEvent[]) => [...events].reverse();
  const window = createEventWindow({
    cachedRun: async () => world.cached,
    cached: async ({ beforeSeq = Number.POSITIVE_INFINITY, limit }) => {
      const { from, to } = world.cached ?? { from: 0, to: 0 };
      return newestFirst(world.log.slice(from, Math.min(to, beforeSeq))).slice(0, limit);
    },
    list: async ({ before, after, limit }) => {
      world.asked++;
      if (world.away) throw new FailureError({ kind: 'offline', sentence: 'away' });
      if (after !== undefined) {
        const events = newestFirst(world.log.filter(({ recordedAt }) => recordedAt > after).slice(0, limit));
        const full = events.length === limit;
        return {
          events,
          before: events.at(-1)?.recordedAt ?? null,
          after: full ? (events[0]?.recordedAt ?? null) : null,
        };
      }
      const events = newestFirst(world.log.filter(({ recordedAt }) => before === undefined || recordedAt < before));
      const page = events.slice(0, limit);
      return {
        events: page,
        before: page.length === limit ? (page.at(-1)?.recordedAt ?? null) : null,
        after: page[0]?.recordedAt ?? null,
      };
    },
  });
  const open = async () => {
    await window.openFromCache();
    const page = newestFirst(world.log).slice(0, pageSize);
    const before = world.log.length > pageSize ? (page.at(-1)?.recordedAt ?? null) : null;
    window.joinServer({ events: page, before, after: null }, world.cached);
  };
  return { world, window, open, seqs: () => window.getState().events.map(({ seq }) => seq) };
}

/** From a number down to another, both included. */
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

describe('the window on the log', () => {
  test('the cache answers first, the server on top of it', async () => {
    const { window, open, world, seqs } = createWorld(300, { from: 0, to: 250 });
    await window.openFromCache();
    expect(seqs()).toEqual(down(249, 150));
    await open();
    expect(seqs()).toEqual(down(299, 150));
    expect(world.asked).toBe(0);
  });

  test('goes down through the cache and on over its end without a gap or a repeat', async () => {
    const { window, open, world, seqs } = createWorld(1_000, { from: 650, to: 1_000 });
    await open();
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(999, 0));
    expect(window.getState().cachedFrom).toBe(650);
    // 650 events that are not kept, in pages of 100.
    expect(world.asked).toBe(7);
  });

  test('a copy that reaches back to the first event asks no server', async () => {
    const { window, open, world, seqs } = createWorld(350, { from: 0, to: 350 });
    await open();
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(349, 0));
    expect(world.asked).toBe(0);
  });

  test('a cache that lags far behind does not leave a gap', async () => {
    const { window, open, seqs } = createWorld(1_000, { from: 0, to: 400 });
    await open();
    expect(seqs()).toEqual(down(999, 900));
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(999, 0));
  });

  test('a cache with a hole is not trusted', async () => {
    const { window, open, world, seqs } = createWorld(500, null);
    await open();
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(499, 0));
    expect(world.asked).toBeGreaterThan(3);
  });

  test('offline it goes on as far as the cache reaches', async () => {
    const { window, world, seqs } = createWorld(500, { from: 200, to: 500 });
    world.away = true;
    await window.openFromCache();
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(499, 200));
    // Of what is older nobody has said that there is nothing.
    expect(window.getState().copyOnly).toBe(true);
    world.away = false;
    window.askAgain();
    expect(window.getState()).toMatchObject({ atEnd: false, copyOnly: false });
    await window.loadOlder();
    expect(seqs()).toEqual(down(499, 100));
  });

  test.each([
    ['from the cache', { from: 0, to: 1_000 }],
    ['from the server', null],
  ] as const)('what it let go of above comes back %s, with what happened meanwhile', async (_name, cached) => {
    const { window, world, open, seqs } = createWorld(1_000, cached);
    await open();
    for (let page = 0; page < 6; page++) await window.loadOlder();
    window.dropNewest(150, { heightPx: 6_000, rows: 150 });
    window.dropNewest(250, { heightPx: 10_000, rows: 250 });
    expect(seqs()).toEqual(down(599, 300));
    const late = makeEvent(1_000);
    world.log.push(late);
    window.admit([late], true);
    expect(seqs()[0]).toBe(599);
    await window.loadNewer();
    expect(seqs()).toEqual(down(849, 300));
    await window.loadNewer();
    expect(seqs()).toEqual(down(1_000, 300));
    expect(window.getState().atHead).toBe(true);
  });

  test('what it let go of below comes back', async () => {
    const { window, open, seqs } = createWorld(500, { from: 350, to: 500 });
    await open();
    while (!window.getState().atEnd) await window.loadOlder();
    window.dropOldest(120);
    expect(window.getState().atEnd).toBe(false);
    while (!window.getState().atEnd) await window.loadOlder();
    expect(seqs()).toEqual(down(499, 0));
  });

  test('goes to the oldest page and from there up to the head', async () => {
    const { window, open, seqs } = createWorld(450, null);
    await open();
    await window.goToEnd();
    expect(seqs()).toEqual(down(99, 0));
    while (!window.getState().atHead) await window.loadNewer();
    expect(seqs()).toEqual(down(449, 0));
  });

  test('goes back to the head at once', async () => {
    const { window, world, open, seqs } = createWorld(450, null);
    await open();
    for (let page = 0; page < 3; page++) await window.loadOlder();
    window.dropNewest(200, { heightPx: 8_000, rows: 200 });
    const late = makeEvent(450);
    world.log.push(late);
    window.admit([late], true);
    await window.goToHead();
    expect(seqs()).toEqual(down(450, 351));
    expect(window.getState()).toMatchObject({ atHead: true, above: [] });
  });

  test('goes to a part of what it let go of', async () => {
    const { window, open, seqs } = createWorld(900, null);
    await open();
    for (let page = 0; page < 8; page++) await window.loadOlder();
    for (let part = 0; part < 3; part++) window.dropNewest(200, { heightPx: 8_000, rows: 200 });
    await window.goToPart(1);
    expect(seqs()).toEqual(down(699, 500));
    await window.loadOlder();
    expect(seqs()).toEqual(down(699, 400));
    await window.loadNewer();
    expect(seqs()).toEqual(down(899, 400));
  });

  test('live events go on top, once; a lost stretch is asked for', async () => {
    const { window, world, open, seqs } = createWorld(150, null);
    await open();
    const late = Array.from({ length: 30 }, (_, index) => makeEvent(150 + index));
    world.log.push(...late);
    window.admit(late.slice(0, 1), true);
    window.admit(late.slice(0, 1), true);
    expect(seqs().slice(0, 2)).toEqual([150, 149]);
    window.admit(late.slice(20).reverse(), false);
    expect(seqs()[0]).toBe(150);
    await window.loadNewer();
    expect(seqs().slice(0, 31)).toEqual(down(179, 149));
  });

  test('a failure is kept until the next page comes', async () => {
    const { window, world, open } = createWorld(500, null);
    await open();
    world.away = true;
    window.dropNewest(50, { heightPx: 1, rows: 50 });
    await window.loadNewer();
    expect(window.getState().failure?.kind).toBe('offline');
    world.away = false;
    await window.loadNewer();
    expect(window.getState().failure).toBeUndefined();
    expect(window.getState().atHead).toBe(true);
  });
});
