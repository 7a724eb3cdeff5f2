// Reads the cache by IndexedDB itself, in one transaction: for a first paint that need not wait until Dexie has loaded,
// opened and gone through one transaction after another. It never writes and never makes a database.

import type { AuditEvent } from '@keytrail/shared/event';
import type { CacheReader, IndexedMember, SeqRange } from './cache-reader.ts';
import { type CacheState, cacheName, cacheVersion, emptyState } from './cache-schema.ts';

/** Opens the cache as it is. Null where there is none yet, or one of another version: Dexie makes it, or brings it up to date. */
export async function openCache(): Promise<IDBDatabase | null> {
  const request = indexedDB.open(cacheName);
  // Asked for only where there is none; abandoned, so that none comes to be.
  request.onupgradeneeded = () => request.transaction?.abort();
  const database = await toPromise(request).catch(() => null);
  if (database === null || database.version === cacheVersion * 10) return database;
  database.close();
  return null;
}

/** Begins a transaction. It ends by itself once nothing is asked of it: whoever reads waits for nothing else meanwhile. */
export function toDirectReader(database: IDBDatabase): CacheReader {
  const transaction = database.transaction(['events', 'state'], 'readonly');
  const events: IDBObjectStore = transaction.objectStore('events');
  const indexOf = (member: IndexedMember) => events.index(`[${member}+seq]`);
  const findSeq = async (direction: IDBCursorDirection) =>
    toSeq((await toPromise(events.openKeyCursor(null, direction)))?.primaryKey);
  return {
    readState: async () =>
      (await toPromise<CacheState | undefined>(transaction.objectStore('state').get('state'))) ?? emptyState,
    findEnds: async () => {
      const [oldest, newest] = await Promise.all([findSeq('next'), findSeq('prev')]);
      return oldest === undefined || newest === undefined ? null : { oldest, newest };
    },
    findFirstFrom: async (recordedAt) =>
      toSeq(await toPromise(events.index('recordedAt').getKey(IDBKeyRange.lowerBound(recordedAt)))),
    readRange: async ({ low, high }) =>
      low < high ? await toPromise<AuditEvent[]>(events.getAll(IDBKeyRange.bound(low, high, false, true))) : [],
    readRows: async (seqs) => {
      const rows = await Promise.all(seqs.map((seq) => toPromise<AuditEvent | undefined>(events.get(seq))));
      return rows.filter((event) => event !== undefined);
    },
    readRowsWith: (member, value, range, limit) =>
      toPromise<AuditEvent[]>(indexOf(member).getAll(toKeys(value, range), limit)),
    listSeqsWith: async (member, value, range) =>
      toSeqs(await toPromise(indexOf(member).getAllKeys(toKeys(value, range)))),
    listSeqsOfPolicy: async (policyId) => toSeqs(await toPromise(events.index('policyIds').getAllKeys(policyId))),
    listAddresses: async (max) => {
      const addresses: string[] = [];
      for (let previous = ''; addresses.length < max; ) {
        // An array comes after every number: the first key of the next address.
        const next = IDBKeyRange.lowerBound([previous, []], true);
        const key = (await toPromise(indexOf('clientIp').openKeyCursor(next)))?.key;
        const address: unknown = Array.isArray(key) ? key[0] : undefined;
        if (typeof address !== 'string') break;
        addresses.push(address);
        previous = address;
      }
      return addresses;
    },
    countDenialEvents: (fromSeq) => toPromise(indexOf('type').count(toDenialKeys(fromSeq))),
    listFoldedDenials: async (fromSeq) => {
      const folded = await toPromise<AuditEvent[]>(events.index('[type+seq+count]').getAll(toDenialKeys(fromSeq)));
      return folded.map(({ count }) => count ?? 1);
    },
  };
}

function toKeys(value: string, { low, high }: SeqRange): IDBKeyRange {
  return IDBKeyRange.bound([value, low], [value, high], false, true);
}

function toDenialKeys(fromSeq: number): IDBKeyRange {
  return IDBKeyRange.bound(['policy_denied', fromSeq], ['policy_denied', []]);
}

function toSeqs(keys: readonly IDBValidKey[]): number[] {
  return keys.filter((key) => typeof key === 'number');
}

function toSeq(key: IDBValidKey | undefined): number | undefined {
  return typeof key === 'number' ? key : undefined;
}

function toPromise<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
