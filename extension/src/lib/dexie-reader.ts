// Reads the cache by Dexie: what a live query reads this way has it run again when that changes.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { Dexie } from 'dexie';
import { type CachePage, queryEvents } from './cache-query.ts';
import type { CacheReader, IndexedMember, SeqRange } from './cache-reader.ts';
import { emptyState } from './cache-schema.ts';
import { db, distinct } from './db.ts';

const rowsWith = (member: IndexedMember, value: string, { low, high }: SeqRange) =>
  db.events.where(`[${member}+seq]`).between([value, low], [value, high]);

export const dexieReader: CacheReader = {
  readState: async () => (await db.state.get('state')) ?? emptyState,
  findEnds: async () => {
    const [[oldest], [newest]] = await Promise.all([
      db.events.orderBy('seq').limit(1).primaryKeys(),
      db.events.orderBy('seq').reverse().limit(1).primaryKeys(),
    ]);
    return oldest === undefined || newest === undefined ? null : { oldest, newest };
  },
  findFirstFrom: async (recordedAt) =>
    (await db.events.where('recordedAt').aboveOrEqual(recordedAt).limit(1).primaryKeys())[0],
  readRange: ({ low, high }) => db.events.where('seq').between(low, high).toArray(),
  readRows: async (seqs) => (await db.events.bulkGet([...seqs])).filter((event) => event !== undefined),
  readRowsWith: (member, value, range, limit) => rowsWith(member, value, range).limit(limit).toArray(),
  listSeqsWith: (member, value, range) => rowsWith(member, value, range).primaryKeys(),
  listSeqsOfPolicy: (policyId) => db.events.where('policyIds').equals(policyId).primaryKeys(),
  listAddresses: (max) => distinct('clientIp', max),
  countDenialEvents: (fromSeq) => rowsWith('type', 'policy_denied', { low: fromSeq, high: Infinity }).count(),
  listFoldedDenials: async (fromSeq) => {
    const keys = await db.events
      .where('[type+seq+count]')
      .between(['policy_denied', fromSeq], ['policy_denied', Dexie.maxKey])
      .keys();
    return keys.map((key) => (Array.isArray(key) ? Number(key[2]) : 0));
  },
};

/** Cached events that pass a filter, newest first. */
export function queryCachedEvents(filter: EventFilter, page: CachePage): Promise<AuditEvent[]> {
  return queryEvents(dexieReader, filter, page);
}
