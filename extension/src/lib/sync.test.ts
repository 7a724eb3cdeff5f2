import 'fake-indexeddb/auto';
import type { AuditEvent } from '@keytrail/shared/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { claimCache, clearCache, readCacheState } from './cache.ts';
import { db } from './db.ts';
import { makeEvent } from './event.fixture.ts';
import { type PullEvents, syncCache } from './sync.ts';

const nowMs = Date.parse('2026-03-02T00:00:00Z');

/** A log as the server keeps it, answered as `audit.since` answers. */
function serve(log: readonly AuditEvent[]): PullEvents {
  return async ({ from, newest, limit }) => {
    const first = Math.max(from, log.length - newest);
    return { events: log.filter((event) => event.seq >= first).slice(0, limit), head: log.length };
  };
}

const makeLog = (length: number, number = 0) => Array.from({ length }, (_, seq) => makeEvent(seq, {}, number));
const cachedSeqs = () => db.events.toCollection().primaryKeys();
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

beforeEach(clearCache);

describe('syncCache', () => {
  test('brings a new cache up to the head, over several pages', async () => {
    await syncCache(serve(makeLog(2_345)), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(0, 2_345));
    expect(await readCacheState()).toMatchObject({ cursor: 2_345, lastError: null, unseenFrom: 2_345, notice: null });
  });

  test('fetches no more than the cache is to hold', async () => {
    await syncCache(serve(makeLog(5_000)), 'ada', 1_500, nowMs);
    expect(await cachedSeqs()).toEqual(range(3_500, 5_000));
  });

  test('goes on from the cursor', async () => {
    const asked: number[] = [];
    await syncCache(serve(makeLog(10)), 'ada', 100, nowMs);
    const watch: PullEvents = (input) => {
      asked.push(input.from);
      return serve(makeLog(13))(input);
    };
    await syncCache(watch, 'ada', 100, nowMs);
    expect(asked).toEqual([9]);
    expect(await cachedSeqs()).toEqual(range(0, 13));
  });

  test('an empty log is in sync', async () => {
    await syncCache(serve([]), 'ada', 100, nowMs);
    expect(await readCacheState()).toMatchObject({ cursor: 0, lastSyncAt: new Date(nowMs).toISOString() });
  });

  test('the newest events are there first', async () => {
    let calls = 0;
    const failing: PullEvents = (input) => {
      calls += 1;
      if (calls > 1) throw new Error('the worker was killed');
      return serve(makeLog(5_000))(input);
    };
    await expect(syncCache(failing, 'ada', 20_000, nowMs)).rejects.toThrow('killed');
    expect(await cachedSeqs()).toEqual(range(4_900, 5_000));
  });

  test.each([1, 2, 3, 4])('killed at call %i, the next sync makes the cache whole', async (fatal) => {
    const log = makeLog(3_500);
    let calls = 0;
    const failing: PullEvents = (input) => {
      calls += 1;
      if (calls === fatal) throw new Error('the worker was killed');
      return serve(log)(input);
    };
    await expect(syncCache(failing, 'ada', 20_000, nowMs)).rejects.toThrow('killed');
    expect((await readCacheState()).lastSyncAt).toBeNull();
    await syncCache(serve(log), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(0, 3_500));
  });

  test('an event of our own ahead of the cursor leaves no hole', async () => {
    await syncCache(serve(makeLog(10)), 'ada', 100, nowMs);
    await db.events.put(makeEvent(14));
    await syncCache(serve(makeLog(15)), 'ada', 100, nowMs);
    expect(await cachedSeqs()).toEqual(range(0, 15));
  });

  test('a larger cache fetches the older events, too', async () => {
    await syncCache(serve(makeLog(3_000)), 'ada', 1_000, nowMs);
    await syncCache(serve(makeLog(3_000)), 'ada', 2_500, nowMs);
    expect(await cachedSeqs()).toEqual(range(500, 3_000));
  });

  test('a smaller cache drops the older events', async () => {
    await syncCache(serve(makeLog(3_000)), 'ada', 3_000, nowMs);
    await syncCache(serve(makeLog(3_000)), 'ada', 1_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(2_000, 3_000));
  });
});

describe('a log whose oldest events were pruned', () => {
  /** What is left of a log from this sequence number on. */
  const servePruned = (length: number, keptFrom: number): PullEvents => {
    const log = makeLog(length).filter(({ seq }) => seq >= keptFrom);
    return async ({ from, newest, limit }) => {
      const first = Math.max(from, length - newest);
      return { events: log.filter(({ seq }) => seq >= first).slice(0, limit), head: length };
    };
  };

  test('a new cache begins where the server’s log does', async () => {
    await syncCache(servePruned(5_000, 3_000), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(3_000, 5_000));
    expect(await readCacheState()).toMatchObject({ cursor: 5_000, notice: null });
  });

  test('pruned beyond the cursor: the gap is no other log, and what the server dropped goes here too', async () => {
    await syncCache(serve(makeLog(100)), 'ada', 20_000, nowMs);
    await syncCache(servePruned(5_000, 3_000), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(3_000, 5_000));
    expect(await readCacheState()).toMatchObject({ cursor: 5_000, notice: null });
  });

  test('pruned to the last event: the sync ends, and the next event is found', async () => {
    await syncCache(serve(makeLog(100)), 'ada', 20_000, nowMs);
    await syncCache(servePruned(400, 400), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual([]);
    expect(await readCacheState()).toMatchObject({ cursor: 400, notice: null });
    await syncCache(servePruned(401, 400), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual([400]);
  });

  test('the event of a pruning takes the pruned events out of the cache', async () => {
    const log = makeLog(100);
    await syncCache(serve(log), 'ada', 20_000, nowMs);
    const pruning = makeEvent(100, { type: 'vault_change', action: 'prune', firstSeq: 0, lastSeq: 59, count: 60 });
    await syncCache(serve([...log, pruning]), 'ada', 20_000, nowMs);
    expect(await cachedSeqs()).toEqual(range(60, 101));
  });
});

describe('a log that was replaced', () => {
  test.each([
    ['shorter', 4],
    ['as long', 10],
    ['longer', 17],
  ])('%s than the old one: is noticed and never mixed with it', async (_name, length) => {
    await syncCache(serve(makeLog(10)), 'ada', 100, nowMs);
    await syncCache(serve(makeLog(length, 1)), 'ada', 100, nowMs);
    const state = await readCacheState();
    expect(state.notice).toMatch('not the one this browser has seen before');
    expect(await db.events.toArray()).toEqual(makeLog(length, 1));
    expect(state.cursor).toBe(length);
  });
});

describe('another account signing in meanwhile', () => {
  test('never gets the former one’s events', async () => {
    const interrupted: PullEvents = async (input) => {
      const page = await serve(makeLog(10))(input);
      await claimCache('grace');
      return page;
    };
    await syncCache(interrupted, 'ada', 100, nowMs);
    expect(await cachedSeqs()).toEqual([]);
    expect(await readCacheState()).toMatchObject({ accountId: 'grace', lastSyncAt: null });
  });
});
