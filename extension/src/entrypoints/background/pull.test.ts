import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { clearCache, readCacheState } from '../../lib/cache.ts';
import { db } from '../../lib/db.ts';
import { dexieReader } from '../../lib/dexie-reader.ts';
import { event, type Keytrail, serveKeytrail } from './keytrail.fixture.ts';
import { pullEvents } from './pull.ts';

let keytrail: Keytrail;
beforeEach(async () => {
  fakeBrowser.reset();
  await clearCache();
  keytrail = await serveKeytrail({ 'audit.since': { events: [event], head: 1 } });
});
afterEach(() => {
  keytrail.close();
});

const full = () => new DOMException('no room left', 'QuotaExceededError');

test('a cache that takes nothing, not even its error, ends the pull, and the next one begins anew', async () => {
  const write = vi.spyOn(db, 'write').mockRejectedValue(full());
  await pullEvents();
  await pullEvents();
  expect(keytrail.called).toEqual([]);
  write.mockRestore();
  await pullEvents();
  expect(await db.events.count()).toBe(1);
  expect(await readCacheState()).toMatchObject({ cursor: 1, lastError: null });
});

test('a cache that cannot even be read ends the pull, too', async () => {
  const read = vi.spyOn(dexieReader, 'readState').mockRejectedValue(new DOMException('broken', 'UnknownError'));
  await pullEvents();
  await pullEvents();
  read.mockRestore();
  await pullEvents();
  expect(await db.events.count()).toBe(1);
});

test('a cache that takes the error but not the events says so', async () => {
  vi.spyOn(db.events, 'bulkPut').mockRejectedValue(full());
  await pullEvents();
  expect((await readCacheState()).lastError).toMatchObject({ kind: 'server' });
});
