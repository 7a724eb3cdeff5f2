import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import { openCache } from './direct-reader.ts';

test('where there is no cache none is made, and one of a former version is left to Dexie', async () => {
  expect(await openCache()).toBeNull();
  expect(await indexedDB.databases()).toEqual([]);
  const former = new Dexie('keytrail');
  former.version(2).stores({ events: 'seq', state: 'id' });
  await former.open();
  former.close();
  expect(await openCache()).toBeNull();

  const { db } = await import('./db.ts');
  await db.events.count();
  const database = await openCache();
  expect(database?.objectStoreNames).toHaveLength(2);
  database?.close();
});
