import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { claimCache, clearCache, patchCacheState, pruneCache, putOwnEvents, readCacheState } from './cache.ts';
import { db } from './db.ts';
import { makeEvent } from './event.fixture.ts';

const dayMs = 24 * 60 * 60 * 1000;
const shortlyAfterMs = Date.parse('2026-03-01T01:00:00Z');

beforeEach(async () => {
  await clearCache();
  await claimCache('ada');
});

const seqs = () => db.events.toCollection().primaryKeys();
const fill = (count: number) => db.events.bulkPut(Array.from({ length: count }, (_, seq) => makeEvent(seq)));

describe('pruneCache', () => {
  test('keeps the newest events', async () => {
    await fill(10);
    await pruneCache(4, shortlyAfterMs);
    expect(await seqs()).toEqual([6, 7, 8, 9]);
  });

  test('keeps nothing that is older than 90 days', async () => {
    await fill(10);
    await pruneCache(100, Date.parse('2026-03-01T00:00:05.000Z') + 90 * dayMs);
    expect(await seqs()).toEqual([5, 6, 7, 8, 9]);
  });

  test('leaves an empty cache alone', async () => {
    await pruneCache(4, shortlyAfterMs);
    expect(await seqs()).toEqual([]);
  });
});

describe('whose cache it is', () => {
  test('another account finds it empty', async () => {
    await fill(3);
    await patchCacheState({ cursor: 3, notice: 'something' });
    await claimCache('grace');
    expect(await seqs()).toEqual([]);
    expect(await readCacheState()).toMatchObject({ accountId: 'grace', cursor: 0, notice: null, unseenFrom: null });
  });

  test('the same account finds it as it was', async () => {
    await fill(3);
    await claimCache('ada');
    expect(await seqs()).toEqual([0, 1, 2]);
  });

  test('an answer for a former account is not kept', async () => {
    await claimCache('grace');
    await putOwnEvents('ada', [makeEvent(0)]);
    expect(await seqs()).toEqual([]);
  });
});
