// What changes the cache: whose it is, which events it holds, and how far it has come.

import type { AuditEvent } from '@keytrail/shared/event';
import { type CacheState, emptyState } from './cache-schema.ts';
import { db } from './db.ts';
import { dexieReader } from './dexie-reader.ts';
import type { Failure } from './failure.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Events older than this are not kept, wherever they came from. */
export const cacheAgeMaxMs = 90 * dayMs;

/** Reads what the cache knows about itself. */
export function readCacheState(): Promise<CacheState> {
  return dexieReader.readState();
}

/** Changes some members of the state. */
export async function patchCacheState(patch: Partial<Omit<CacheState, 'id'>>): Promise<void> {
  await db.write(async () => db.state.put({ ...(await readCacheState()), ...patch }));
}

/** Keeps what went wrong, for the pages to say. Never throws: a cache that takes nothing may be what went wrong. */
export async function noteLastError(lastError: Failure): Promise<void> {
  await patchCacheState({ lastError }).catch(() => undefined);
}

/** Makes the cache this account's; the events of another account are removed in the same step. */
export async function claimCache(accountId: string): Promise<void> {
  await db.write(async () => {
    if ((await readCacheState()).accountId === accountId) return;
    await db.events.clear();
    await db.state.put({ ...emptyState, accountId });
  });
}

/** Removes everything. */
export async function clearCache(): Promise<void> {
  await db.write(async () => {
    await db.events.clear();
    await db.state.clear();
  });
}

/** Adds events that the server has just recorded for this account; those of a former account are ignored. */
export async function putOwnEvents(accountId: string, events: readonly AuditEvent[]): Promise<void> {
  await db.write(async () => {
    if ((await readCacheState()).accountId === accountId) await db.events.bulkPut([...events]);
  });
}

/** Keeps the newest `newestMax` events of the last 90 days. Two range deletes, cheap when there is nothing to do. */
export async function pruneCache(newestMax: number, nowMs: number): Promise<void> {
  await db.write(async () => {
    const newest = await db.events.orderBy('seq').last();
    if (newest === undefined) return;
    const cutoff = new Date(nowMs - cacheAgeMaxMs).toISOString().replace('Z', '000Z');
    const aged = await db.events.where('recordedAt').below(cutoff).last();
    const keptFrom = Math.max(newest.seq + 1 - newestMax, (aged?.seq ?? -1) + 1);
    await db.events.where('seq').below(keptFrom).delete();
  });
}

/** Takes everything that is cached by now as seen. */
export async function markDenialsSeen(): Promise<void> {
  await db.write(async () => {
    const newest = await db.events.orderBy('seq').last();
    const state = await readCacheState();
    if (newest !== undefined) await db.state.put({ ...state, unseenFrom: newest.seq + 1 });
  });
}
