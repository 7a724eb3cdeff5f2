// Which part of the log this browser keeps without a gap: only there may a list go on without asking the server.

import { readCacheState } from '../../../lib/cache.ts';
import { db } from '../../../lib/db.ts';

/** Sequence numbers: every event from `from` (inclusive) to `to` (exclusive) is cached. */
export interface CachedRun {
  readonly from: number;
  readonly to: number;
}

/** Whole once counted: rows below the cursor are only ever removed from the old end. */
let counted: CachedRun | undefined;

/** The run that ends at the sync's cursor; null while a sync has left a hole in it. */
export async function readCachedRun(): Promise<CachedRun | null> {
  const [to, [from]] = await Promise.all([readCachedTo(), db.events.orderBy('seq').limit(1).primaryKeys()]);
  if (from === undefined || from >= to) return null;
  if (counted?.from === from && counted.to === to) return counted;
  const count = await db.events.where('seq').between(from, to).count();
  if (count !== to - from) return null;
  counted = { from, to };
  return counted;
}

/** Where the cached run ends, its events uncounted: cheap enough for the way to the first paint. */
export async function readCachedTo(): Promise<number> {
  return (await readCacheState()).cursor;
}
