// What was loaded for earlier requests, with the version that the account's settings had then. It may be out of date, so
// nothing follows from it but a use that the database records only while that version stands; see `audit/append`.

import { LRUCache } from 'lru-cache';

/** What one request is decided by, as JSON. */
export interface Loaded {
  readonly text: string;
  /** Null where settings have none: on a cluster, and in a log without an event. */
  readonly settingsVersion: string | null;
}

/** By who asks and for what. Those that were asked for longest ago give way. */
export type RecentLoads = LRUCache<string, Loaded>;

const charactersMax = 16 * 1024 * 1024;

export function createRecentLoads(): RecentLoads {
  return new LRUCache({ maxSize: charactersMax, sizeCalculation: ({ text }, key) => text.length + key.length });
}
