// The local cache of events and how it is asked. The one file that opens IndexedDB.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { Dexie } from 'dexie';
import type { Failure } from './failure.ts';

/** What the cache knows about itself; one row. */
export interface CacheState {
  readonly id: 'state';
  /** Whose events these are; null before the first sign-in. */
  readonly accountId: string | null;
  /** The sequence number to ask for next: everything before it that is to be cached, is. */
  readonly cursor: number;
  /** How many of the newest events the cache was filled for. */
  readonly newestMax: number;
  readonly lastSyncAt: string | null;
  readonly lastError: Failure | null;
  /** Something the person has to know, such as a log that was replaced; shown until dismissed. */
  readonly notice: string | null;
  /** Denials from this sequence number on have not been seen; null before the first sync. */
  readonly unseenFrom: number | null;
}

const dexie = new Dexie('keytrail');
dexie.version(1).stores({
  events: 'seq, [type+seq], [source+seq], [service+seq], [agentId+seq], recordedAt',
  state: 'id',
});

export const db = {
  events: dexie.table<AuditEvent, number>('events'),
  state: dexie.table<CacheState, string>('state'),
  /** Runs `work` in one read-write transaction over both tables: all of it lasts, or nothing. */
  write: <Result>(work: () => PromiseLike<Result>) =>
    dexie.transaction('rw', dexie.table('events'), dexie.table('state'), work),
};

/**
 * Cached events that pass the filter, newest first, from just below `beforeSeq` down.
 * Walks the indexes in windows of sequence numbers that double in size, so that a common filter reads a little and a
 * rare one never reads rows that it then drops.
 */
export async function queryCachedEvents(
  filter: EventFilter,
  page: { beforeSeq?: number; limit: number },
): Promise<AuditEvent[]> {
  const range = await toSequenceRange(filter, page.beforeSeq);
  const members = selectiveMembers(filter);
  if (members.length === 0) {
    const rows = await db.events.where('seq').between(range.low, range.high).reverse().limit(page.limit).toArray();
    return rows.filter((event) => matches(event, filter));
  }
  const found: number[] = [];
  let high = range.high;
  for (let width = 1024; high > range.low && found.length < page.limit; width *= 2) {
    const low = Math.max(range.low, high - width);
    found.push(...(await findSequences(members, low, high)));
    high = low;
  }
  const rows = await db.events.bulkGet(found.slice(0, page.limit));
  return rows.filter((event) => event !== undefined).filter((event) => matches(event, filter));
}

interface Member {
  readonly index: 'agentId' | 'service' | 'type' | 'source';
  readonly values: readonly string[];
}

/** The filter's members that have an index, the usually rarest first: an empty one spares the walk of the others. */
function selectiveMembers(filter: EventFilter): Member[] {
  const members: Member[] = [
    { index: 'agentId', values: filter.agentIds ?? [] },
    { index: 'service', values: filter.services ?? [] },
    { index: 'type', values: filter.types ?? [] },
    { index: 'source', values: filter.sources ?? [] },
  ];
  return members.filter((member) => member.values.length > 0);
}

/** Sequence numbers in [low, high) that every member admits, newest first. */
async function findSequences(members: readonly Member[], low: number, high: number): Promise<number[]> {
  let common: number[] | null = null;
  for (const { index, values } of members) {
    const walks = [...new Set(values)].map((value) =>
      db.events.where(`[${index}+seq]`).between([value, low], [value, high]).primaryKeys(),
    );
    const admitted = new Set((await Promise.all(walks)).flat());
    common = common === null ? [...admitted] : common.filter((seq) => admitted.has(seq));
    if (common.length === 0) return [];
  }
  return (common ?? []).sort((left, right) => right - left);
}

/** The filter's dates and the page's place as one range of sequence numbers, [low, high). */
async function toSequenceRange(filter: EventFilter, beforeSeq = Number.POSITIVE_INFINITY) {
  const [oldest, newest, from, to] = await Promise.all([
    db.events.orderBy('seq').limit(1).primaryKeys(),
    db.events.orderBy('seq').reverse().limit(1).primaryKeys(),
    firstRecordedFrom(filter.from),
    firstRecordedFrom(filter.to),
  ]);
  const end = (newest[0] ?? -1) + 1;
  return {
    low: filter.from === undefined ? (oldest[0] ?? 0) : (from ?? end),
    high: Math.min(beforeSeq, filter.to === undefined ? end : (to ?? end)),
  };
}

/** The sequence number of the first cached event that was recorded at or after an instant. */
async function firstRecordedFrom(instant: string | undefined): Promise<number | undefined> {
  if (instant === undefined) return undefined;
  // recorded-at is text with microseconds; the bound takes the same form, so that text order is time order.
  const bound = new Date(instant).toISOString().replace('Z', '000Z');
  return (await db.events.where('recordedAt').aboveOrEqual(bound).limit(1).primaryKeys())[0];
}

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

/** Distinct values of an index: one step for each value, however many events share it. */
async function distinct(index: 'service' | 'agentId'): Promise<string[]> {
  const values: string[] = [];
  for (let previous = ''; ; ) {
    const keys = await db.events.where(`[${index}+seq]`).above([previous, Dexie.maxKey]).limit(1).keys();
    const next: unknown = Array.isArray(keys[0]) ? keys[0][0] : undefined;
    if (typeof next !== 'string') return values;
    values.push(next);
    previous = next;
  }
}
