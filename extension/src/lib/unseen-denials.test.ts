import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { markDenialsSeen, patchCacheState } from './cache.ts';
import { db } from './db.ts';
import { dexieReader } from './dexie-reader.ts';
import { openCache, toDirectReader } from './direct-reader.ts';
import { makeEvent } from './event.fixture.ts';
import { countUnseenDenials } from './unseen-denials.ts';

const denied = { type: 'policy_denied', outcome: 'denied' } as const;

/** The same by both ways to read. */
async function count(): Promise<number> {
  const database = await openCache();
  if (database === null) throw new Error('the cache was not opened');
  const direct = await countUnseenDenials(toDirectReader(database));
  database.close();
  expect(await countUnseenDenials(dexieReader)).toBe(direct);
  return direct;
}

test('counts denials since they were last seen, and as many as an event stands for', async () => {
  await patchCacheState({ unseenFrom: 1 });
  await db.events.bulkPut([makeEvent(0, { ...denied, count: 70 }), makeEvent(1), makeEvent(2, denied)]);
  expect(await count()).toBe(1);
  await db.events.bulkPut([
    makeEvent(3, { ...denied, count: 40 }),
    makeEvent(4, { ...denied, count: 2 }),
    // What an export counts are no denials.
    makeEvent(5, { type: 'vault_change', action: 'export', count: 1_000 }),
  ]);
  expect(await count()).toBe(43);
  await markDenialsSeen();
  expect(await count()).toBe(0);
  await db.events.put(makeEvent(6, denied));
  expect(await count()).toBe(1);
});

test('nothing is unseen before the first sync', async () => {
  await patchCacheState({ unseenFrom: null });
  expect(await count()).toBe(0);
});
