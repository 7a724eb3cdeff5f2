// What waits for the owner: approvals, requests for grants, alerts, and the lock; as it is now, and again whenever it changed.

import type { Inbox } from '@keytrail/shared/alert';
import { AppError } from '@keytrail/shared/errors';
import { selectAccessRequests } from '../agents/access-request-store.ts';
import { countUnseen, selectAlerts } from '../agents/alerts.ts';
import { answerShownMs, selectInbox } from '../agents/approval-store.ts';
import { selectLockedAt } from '../agents/vault-lock.ts';
import { streamsPerAccountMax } from '../audit/stream.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';

const purpose = 'inbox';
const alertsMax = 50;
/** A lost notification is made up for after this long. */
const recheckMs = 5000;
/** Between two looks, however much else happens in the account. */
const pauseMs = 150;

export function readInbox(ctx: Context, accountId: string): Promise<Inbox> {
  return withAccount(ctx.db, accountId, async (tx) => ({
    approvals: await selectInbox(tx, accountId, ctx.nowMs()),
    accessRequests: await selectAccessRequests(tx, accountId, ctx.nowMs()),
    alerts: await selectAlerts(tx, accountId, { limit: alertsMax }),
    unseenAlerts: await countUnseen(tx, accountId),
    lockedAt: await selectLockedAt(tx, accountId),
  }));
}

/**
 * Yields the inbox at once and then after every change, until `signal` aborts.
 * Throws `too_many_streams` when the account has as many open as it may.
 * @param verifyReader called before every further look; throws when the reader may no longer see it.
 */
export async function* streamInbox(
  ctx: Context,
  accountId: string,
  signal: AbortSignal,
  verifyReader: () => Promise<void>,
): AsyncGenerator<Inbox> {
  if (ctx.wakeups.countListeners(accountId, purpose) >= streamsPerAccountMax) {
    throw new AppError('too_many_streams', { message: `${streamsPerAccountMax} inboxes of account ${accountId}` });
  }
  const listener = ctx.wakeups.listen(accountId, signal, purpose);
  let shown = '';
  try {
    while (!signal.aborted) {
      const inbox = await readInbox(ctx, accountId);
      const read = JSON.stringify(inbox);
      if (read !== shown) yield inbox;
      shown = read;
      await listener.wait(toWaitMs(inbox, ctx.nowMs()), pauseMs);
      await verifyReader();
    }
  } finally {
    listener.stop();
  }
}

/** Until the clock alone changes what is shown: a request runs out, an answer has been shown long enough. */
function toWaitMs({ approvals, accessRequests }: Inbox, nowMs: number): number {
  const dueMs = [...approvals, ...accessRequests].map(({ answeredAt, expiresAt }) =>
    answeredAt === null ? Date.parse(expiresAt) : Date.parse(answeredAt) + answerShownMs,
  );
  return Math.max(1, Math.min(recheckMs, ...dueMs.map((due) => due - nowMs)));
}
