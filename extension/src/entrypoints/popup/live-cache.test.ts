import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { db } from '../../lib/db.ts';
import { makeEvent } from '../../lib/event.fixture.ts';
import { follow, type LiveCache } from './live-cache.ts';

afterEach(() => db.events.clear());

test.each([
  ['no filter', {}],
  ['a filter', { services: ['github'] }],
])('what is written later is told: %s', async (_name, filter) => {
  await db.events.put(makeEvent(0, { service: 'github' }));
  const seqs: number[][] = [];
  const query = (cache: LiveCache) => cache.queryCachedEvents(filter, { limit: 10 });
  const stop = follow(query, (events) => seqs.push(events.map(({ seq }) => seq)));
  await vi.waitFor(() => expect(seqs.at(-1)).toEqual([0]));
  await db.events.put(makeEvent(1, { service: 'github' }));
  await vi.waitFor(() => expect(seqs.at(-1)).toEqual([1, 0]));
  stop();
});
