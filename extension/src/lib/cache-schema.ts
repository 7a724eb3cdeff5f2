// What the local cache is called and what it knows about itself, for both ways of reading it.

import type { Failure } from './failure.ts';

export const cacheName = 'keytrail';
/** Counted as Dexie counts; IndexedDB knows it as ten times as much. */
export const cacheVersion = 3;

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

/** Before anybody has signed in. */
export const emptyState: CacheState = {
  id: 'state',
  accountId: null,
  cursor: 0,
  newestMax: 0,
  lastSyncAt: null,
  lastError: null,
  notice: null,
  unseenFrom: null,
};
