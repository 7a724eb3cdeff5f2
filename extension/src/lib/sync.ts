// Pulls new events by cursor into the cache. May be killed at any point: rows and cursor change in one transaction.

import type { AuditEvent } from '@keytrail/shared/event';
import { claimCache, patchCacheState, pruneCache, readCacheState } from './cache.ts';
import { db } from './db.ts';

/** The server's `audit.since`: events in order, without those that it has pruned, and the next sequence number. */
export type PullEvents = (input: { from: number; newest: number; limit: number }) => Promise<Page>;

interface Page {
  readonly events: readonly AuditEvent[];
  readonly head: number;
}

const pageSize = 1_000;
const firstGlance = 100;

const replacedLog =
  'The server’s log is not the one this browser has seen before. The cached events of the earlier log were removed.';

/**
 * Brings the cache up to the log's head. Throws what `pull` throws; what came before stays.
 * @param newestMax how many of the newest events are to be cached.
 */
export async function syncCache(pull: PullEvents, accountId: string, newestMax: number, nowMs: number): Promise<void> {
  await claimCache(accountId);
  const state = await readCacheState();
  // A larger cache than last time starts over: the older rows are missing, the newer ones are written again.
  if (newestMax > state.newestMax) await patchCacheState({ cursor: 0, newestMax });
  if (state.lastSyncAt === null) await glance(pull, accountId);
  let step: Step = 'more';
  while (step === 'more') step = await pullPage(pull, accountId, newestMax);
  if (step === 'abandoned') return;
  await pruneCache(newestMax, nowMs);
  const { unseenFrom, cursor } = await readCacheState();
  await patchCacheState({
    lastSyncAt: new Date(nowMs).toISOString(),
    lastError: null,
    newestMax,
    // Denials from before this browser joined are history, not news.
    unseenFrom: unseenFrom ?? cursor,
  });
}

/** The newest events first, so that a new device shows something while it fetches the rest. */
async function glance(pull: PullEvents, accountId: string): Promise<void> {
  const { events } = await pull({ from: 0, newest: firstGlance, limit: firstGlance });
  await db.write(async () => {
    const state = await readCacheState();
    if (state.accountId === accountId && state.cursor === 0) await db.events.bulkPut([...events]);
  });
}

type Step = 'more' | 'done' | 'abandoned';

async function pullPage(pull: PullEvents, accountId: string, newestMax: number): Promise<Step> {
  const { cursor } = await readCacheState();
  // One event is asked for again: if it is another one now, this is another log, however long it is.
  const from = Math.max(0, cursor - 1);
  const page = await pull({ from, newest: newestMax, limit: pageSize });
  return await db.write(async () => {
    const state = await readCacheState();
    // Another account signed in, or the cache was cleared, while the page was on its way.
    if (state.accountId !== accountId || state.cursor !== cursor) return 'abandoned';
    if (await isAnotherLog(cursor, page)) {
      await db.events.clear();
      await db.state.put({ ...state, cursor: 0, unseenFrom: 0, notice: replacedLog });
      return 'more';
    }
    const fresh = page.events.filter((event) => event.seq >= cursor);
    const last = fresh.at(-1);
    const next = last === undefined ? page.head : last.seq + 1;
    await db.events.bulkPut(fresh);
    await db.events.where('seq').below(findFirstKept(from, page)).delete();
    await db.state.put({ ...state, cursor: next });
    return next < page.head ? 'more' : 'done';
  });
}

/**
 * The first sequence number that the server still keeps, as far as a page tells: what lies between the number asked
 * for and the first one answered was pruned, and a pruning says how far it went. 0 where it tells nothing.
 */
function findFirstKept(from: number, page: Page): number {
  const first = page.events[0]?.seq ?? page.head;
  const pruned = page.events.filter(({ action }) => action === 'prune').map(({ lastSeq }) => (lastSeq ?? -1) + 1);
  return Math.max(first > from ? first : 0, ...pruned);
}

/** True when the log ends before the cursor, or holds another event where the cursor stands. */
async function isAnotherLog(cursor: number, page: Page): Promise<boolean> {
  if (page.head < cursor) return true;
  const again = page.events[0];
  if (again === undefined || again.seq !== cursor - 1) return false;
  const known = await db.events.get(again.seq);
  return known !== undefined && known.id !== again.id;
}
