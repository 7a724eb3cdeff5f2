// Waiting for the owner. The row is the truth and the wait only watches it, so an answer reaches the agent over whichever
// node it asks, after a restart, and after its own connection was lost.

import type { Context } from '../base/context.ts';

/** A lost notification is made up for after this long; so is a clock that differs from the database's. */
const recheckMs = 3000;
/** Between two looks, however much else happens in the account. */
const pauseMs = 100;

/** A row that says of itself whether it waits, and until when. */
interface Settling {
  readonly status: string;
  readonly expiresAt: Date;
}

/** `Unasked`: why there is nothing to wait for. */
export interface Watch<Row extends Settling, Unasked extends string> {
  readonly accountId: string;
  /** Names who waits for what. */
  readonly purpose: string;
  /** More that wait for the same purpose are not held. */
  readonly waitersMax: number;
  readonly waitMs: number;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal | undefined;
  /** The first look: what there is, or what is asked now. */
  readonly find: () => Promise<Row | Unasked>;
  readonly read: (row: Row) => Promise<Row>;
  readonly expire: (row: Row) => Promise<void>;
}

/**
 * Waits until the row is settled, for at most `waitMs`. Ends at once when `signal` aborts or the server stops: what it
 * answers then still waits.
 */
export async function awaitSettled<Row extends Settling, Unasked extends string>(
  ctx: Context,
  watch: Watch<Row, Unasked>,
): Promise<Row | Unasked> {
  const { accountId, purpose, signal } = watch;
  const stop = AbortSignal.any([ctx.stopping, ...(signal === undefined ? [] : [signal])]);
  const waitEndsMs = ctx.nowMs() + watch.waitMs;
  // Before the first look, so that an answer given right after it is heard.
  const listener = ctx.wakeups.listen(accountId, stop, purpose);
  try {
    const found = await watch.find();
    if (typeof found === 'string') return found;
    let row: Row = found;
    // More than can be new requests only repeat the same ones; those may ask again later.
    const isCrowd = ctx.wakeups.countListeners(accountId, purpose) > watch.waitersMax;
    while (row.status === 'waiting') {
      const leftMs = Math.min(waitEndsMs, row.expiresAt.getTime()) - ctx.nowMs();
      if (row.expiresAt.getTime() <= ctx.nowMs()) await watch.expire(row);
      else if (leftMs <= 0 || isCrowd || stop.aborted) return row;
      else await listener.wait(Math.min(leftMs, recheckMs), pauseMs);
      row = await watch.read(row);
    }
    return row;
  } finally {
    listener.stop();
  }
}
