// The live log of one account as an endless sequence: ordered, without gap or repeat, whichever node an event came
// from. Nothing is buffered but the page in hand, so a slow reader costs a page and not a queue.

import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { listEventsFrom } from './query.ts';

const pageLimit = 200;
/** A lost notification is made up for after this long. */
const recheckMs = 3000;
/** On one node. Each stream costs a query whenever the account's log grows. */
export const streamsPerAccountMax = 50;
const purpose = 'events';

/**
 * Yields every event from sequence `from` on until `signal` aborts. Backfill and live are one loop: read what is
 * there, and only when nothing is, wait to be woken. The listening starts before the first read, so an event that
 * is committed between a read and the wait ends that wait at once.
 * Throws `too_many_streams` when the account has as many open as it may.
 * @param verifyReader called before every further read; throws when the reader may no longer see the log.
 */
export async function* streamEvents(
  ctx: Context,
  accountId: string,
  from: number,
  signal: AbortSignal,
  verifyReader: () => Promise<void>,
): AsyncGenerator<AuditEvent> {
  if (ctx.wakeups.countListeners(accountId, purpose) >= streamsPerAccountMax) {
    throw new AppError('too_many_streams', { message: `${streamsPerAccountMax} streams of account ${accountId}` });
  }
  const listener = ctx.wakeups.listen(accountId, signal, purpose);
  let next = from;
  try {
    while (!signal.aborted) {
      const { events } = await listEventsFrom(ctx.db, accountId, { from: next, limit: pageLimit });
      yield* events;
      next = events.at(-1) === undefined ? next : (events.at(-1)?.seq ?? next) + 1;
      if (events.length === 0) await listener.wait(recheckMs);
      await verifyReader();
    }
  } finally {
    listener.stop();
  }
}

/** The sequence number that the account's next event will have. */
export async function readNextSeq(ctx: Context, accountId: string): Promise<number> {
  return (await listEventsFrom(ctx.db, accountId, { from: Number.MAX_SAFE_INTEGER, limit: 1 })).head;
}

/**
 * Listens for what any node has appended and wakes this node's readers. After a lost connection everybody is woken,
 * since notifications sent meanwhile are gone.
 */
export async function listenForAppends(ctx: Context): Promise<() => Promise<void>> {
  const { unlisten } = await ctx.db.raw.listen(
    'keytrail_events',
    (payload) => {
      if (payload === '*') ctx.wakeups.wakeAll();
      else for (const accountId of payload.split(' ')) ctx.wakeups.wake(accountId);
    },
    () => ctx.wakeups.wakeAll(),
  );
  return unlisten;
}
