// The toolbar badge: how many requests wait for an answer, and how many denials nobody has seen yet.

import { browser } from 'wxt/browser';
import { markDenialsSeen } from '../../lib/cache.ts';
import { dexieReader } from '../../lib/dexie-reader.ts';
import { countWaiting, readKeptInbox } from '../../lib/inbox.ts';
import { getSession } from '../../lib/session.ts';
import { countUnseenDenials } from '../../lib/unseen-denials.ts';

// White on either is at least 4.5 to 1.
const red = '#c62f2f';
const blue = '#3553cf';

/** Shows the current count, nothing at zero. */
export async function updateBadge(): Promise<void> {
  const [denials, waiting] = await Promise.all([countUnseenDenials(dexieReader), countWaitingApprovals()]);
  const count = denials + waiting;
  await browser.action.setBadgeText({ text: count === 0 ? '' : count > 99 ? '99+' : String(count) });
  await browser.action.setBadgeBackgroundColor({ color: denials === 0 ? blue : red });
  await browser.action.setBadgeTextColor({ color: '#ffffff' });
}

async function countWaitingApprovals(): Promise<number> {
  const session = await getSession();
  const kept = session === null ? null : await readKeptInbox(session.account.accountId);
  return kept === null ? 0 : countWaiting(kept, Date.now());
}

/** The popup is open and shows the denials; what waits is counted until it is answered. */
export async function resetBadge(): Promise<void> {
  await markDenialsSeen();
  await updateBadge();
}
