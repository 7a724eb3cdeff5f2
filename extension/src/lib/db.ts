// The local cache of events: its tables, indexes and what can be read off them. The one file that opens IndexedDB.

import type { AuditEvent } from '@keytrail/shared/event';
import { Dexie } from 'dexie';
import { type CacheState, cacheName, cacheVersion } from './cache-schema.ts';

const dexie = new Dexie(cacheName);
dexie.version(1).stores({
  events: 'seq, [type+seq], [source+seq], [service+seq], [agentId+seq], recordedAt',
  state: 'id',
});
// The browser makes the new indexes over what is there, so a cache from before keeps its events. An event without a
// member has no entry in that member's index: what is rare costs little.
const indexes = [
  'seq',
  '[type+seq], [source+seq], [service+seq], [agentId+seq], recordedAt',
  '[credentialId+seq], [proxyId+seq], [outcome+seq], [client+seq], [rule+seq], [clientIp+seq], *policyIds',
];
dexie.version(2).stores({ events: indexes.join() });
// Of events that stand for several, such as the refusals of a flood: for how many is read off the index alone.
dexie.version(cacheVersion).stores({ events: [...indexes, '[type+seq+count]'].join() });

export const db = {
  events: dexie.table<AuditEvent, number>('events'),
  state: dexie.table<CacheState, string>('state'),
  /** Runs `work` in one read-write transaction over both tables: all of it lasts, or nothing. */
  write: <Result>(work: () => PromiseLike<Result>) =>
    dexie.transaction('rw', dexie.table('events'), dexie.table('state'), work),
};

/** How many events are cached. Walks the whole index: not for the way to the first paint. */
export async function countCachedEvents(): Promise<number> {
  return await db.events.count();
}

/** What the cached events offer to a filter: distinct services, and agents by their latest name. */
export async function cachedFilterOptions(): Promise<{ services: string[]; agents: { id: string; name: string }[] }> {
  const [services, agentIds] = await Promise.all([distinct('service'), distinct('agentId')]);
  const agents = await Promise.all(
    agentIds.map(async (id) => {
      const latest = await db.events.where('[agentId+seq]').between([id, Dexie.minKey], [id, Dexie.maxKey]).last();
      return { id, name: latest?.agentName ?? id };
    }),
  );
  return { services, agents: agents.sort((left, right) => left.name.localeCompare(right.name)) };
}

/** Distinct values of an index: one step for each value, however many events share it; at most `max` of them. */
export async function distinct(
  index: 'service' | 'agentId' | 'clientIp',
  max = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const values: string[] = [];
  for (let previous = ''; values.length < max; ) {
    const keys = await db.events.where(`[${index}+seq]`).above([previous, Dexie.maxKey]).limit(1).keys();
    const next: unknown = Array.isArray(keys[0]) ? keys[0][0] : undefined;
    if (typeof next !== 'string') return values;
    values.push(next);
    previous = next;
  }
  return values;
}
