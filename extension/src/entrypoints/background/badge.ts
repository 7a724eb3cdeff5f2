// The toolbar badge: how many denials nobody has seen yet.

import { browser } from 'wxt/browser';
import { countUnseenDenials, markDenialsSeen } from '../../lib/cache.ts';

/** Shows the current count, nothing at zero. */
export async function updateBadge(): Promise<void> {
  const count = await countUnseenDenials();
  await browser.action.setBadgeText({ text: count === 0 ? '' : count > 99 ? '99+' : String(count) });
  await browser.action.setBadgeBackgroundColor({ color: '#c62f2f' });
  await browser.action.setBadgeTextColor({ color: '#ffffff' });
}

/** Clears the badge: the popup is open and shows them. */
export async function resetBadge(): Promise<void> {
  await markDenialsSeen();
  await updateBadge();
}
