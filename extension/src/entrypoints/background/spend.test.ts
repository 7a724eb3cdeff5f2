import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { claimCache, clearCache } from '../../lib/cache.ts';
import { db } from '../../lib/db.ts';
import { event, type Keytrail, serveKeytrail } from './keytrail.fixture.ts';
import { pullEvents } from './pull.ts';
import { spendLogin } from './spend.ts';

const values = { username: 'sam', password: 'correct horse' };
let keytrail: Keytrail;

beforeEach(async () => {
  fakeBrowser.reset();
  await clearCache();
  await claimCache('ada');
  keytrail = await serveKeytrail({
    'credentials.use': { event, values, redirect: null },
    'audit.since': { events: [event], head: 1 },
  });
});
afterEach(() => {
  keytrail.close();
});

const spend = () =>
  spendLogin('id', ['username', 'password'], { action: 'autofill', siteOrigin: 'https://shop.test', sendsTo: [] });

test('ok: the values, and the event is in the cache', async () => {
  expect(await spend()).toEqual({ kind: 'values', values });
  expect(await db.events.count()).toBe(1);
  await pullEvents();
});

test('a cache that takes nothing: what was released is filled all the same, and the next pull has its event', async () => {
  const write = vi.spyOn(db, 'write').mockRejectedValue(new DOMException('no room left', 'QuotaExceededError'));
  expect(await spend()).toEqual({ kind: 'values', values });
  await pullEvents();
  write.mockRestore();
  await pullEvents();
  expect(await db.events.toArray()).toEqual([event]);
});

test('a server that is away and a cache that takes nothing: a refusal that says so', async () => {
  keytrail.close();
  const write = vi.spyOn(db, 'write').mockRejectedValue(new DOMException('no room left', 'QuotaExceededError'));
  expect(await spend()).toMatchObject({ kind: 'refused', failure: { kind: 'offline' } });
  await pullEvents();
  write.mockRestore();
});
