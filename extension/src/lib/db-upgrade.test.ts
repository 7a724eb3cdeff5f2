import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import { makeEvent } from './event.fixture.ts';

test('a cache of the first version keeps its events and its place, and answers the filters that came later', async () => {
  const former = new Dexie('keytrail');
  former.version(1).stores({
    events: 'seq, [type+seq], [source+seq], [service+seq], [agentId+seq], recordedAt',
    state: 'id',
  });
  const events = [makeEvent(0), makeEvent(1, { rule: 'grant_missing', policyIds: ['p'] }), makeEvent(2)];
  await former.table('events').bulkPut(events);
  await former.table('state').put({ id: 'state', accountId: 'ada', cursor: 3 });
  former.close();

  const { queryCachedEvents } = await import('./dexie-reader.ts');
  const { readCacheState } = await import('./cache.ts');
  expect(await queryCachedEvents({}, { limit: 10 })).toEqual([...events].reverse());
  expect(await queryCachedEvents({ rules: ['grant_missing'], policyIds: ['p'] }, { limit: 10 })).toEqual([events[1]]);
  expect(await readCacheState()).toMatchObject({ accountId: 'ada', cursor: 3 });
});
