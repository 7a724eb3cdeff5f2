// One event by its id, and the one next to it: from what the list holds, the cache, or the server.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { toFailure } from '../../../lib/api.ts';
import { db } from '../../../lib/db.ts';
import { queryCachedEvents } from '../../../lib/dexie-reader.ts';
import { api } from '../../../lib/query.ts';

/** Events are recorded this long after their ids were minted, at most; a device that was offline is another matter. */
const delayMaxMs = 60 * 60_000;

/** The event with an id, null where there is none. Without a server it is looked for in the cache. */
export async function findEvent(id: string, signal: AbortSignal): Promise<AuditEvent | null> {
  try {
    return await api.audit.get.query({ id }, { signal });
  } catch (error) {
    if (toFailure(error).kind !== 'offline') throw error;
    const cached = await findCachedEvent(id);
    if (cached === undefined) throw error;
    return cached;
  }
}

/** When an id was minted: the first 48 bits of a UUIDv7. */
export function toMintedMs(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

async function findCachedEvent(id: string): Promise<AuditEvent | undefined> {
  const minted = toMintedMs(id);
  const [from = '', to = ''] = [minted - 60_000, minted + delayMaxMs].map((ms) => new Date(ms).toISOString());
  return await db.events
    .where('recordedAt')
    .between(from, to)
    .filter((event) => event.id === id)
    .first();
}

export type Direction = 'newer' | 'older';

/** The event next to one among those that pass a filter; undefined where there is none. */
export async function findNeighbour(
  filter: EventFilter,
  { seq, recordedAt }: AuditEvent,
  direction: Direction,
): Promise<AuditEvent | undefined> {
  const isNewer = direction === 'newer';
  try {
    const place = isNewer ? { after: recordedAt } : { before: recordedAt };
    return (await api.audit.list.query({ filter, limit: 1, ...place })).events[0];
  } catch (error) {
    if (toFailure(error).kind !== 'offline') throw error;
    const place = isNewer ? { afterSeq: seq } : { beforeSeq: seq };
    return (await queryCachedEvents(filter, { limit: 1, ...place }))[0];
  }
}
