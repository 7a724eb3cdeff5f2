// When to pull events: one pull at a time, and one more when something happened meanwhile.

import { toFailure } from '../../lib/api.ts';
import { noteLastError } from '../../lib/cache.ts';
import { getSession } from '../../lib/session.ts';
import { getCacheSize } from '../../lib/settings.ts';
import { syncCache } from '../../lib/sync.ts';
import { updateBadge } from './badge.ts';
import { api } from './server.ts';

let running: Promise<void> | null = null;
let isStale = false;

/** Brings the cache up to date. Resolves when a pull that began after the call has ended, well or not. */
export function pullEvents(): Promise<void> {
  isStale = true;
  running ??= pullWhileStale();
  return running;
}

async function pullWhileStale(): Promise<void> {
  try {
    while (isStale) {
      isStale = false;
      // What still throws, such as a badge that cannot be counted from a broken cache, is tried again by the next alarm.
      await pullOnce().catch(() => undefined);
    }
  } finally {
    // In the same turn as the last look at `isStale`: a call a moment later starts anew.
    running = null;
  }
}

async function pullOnce(): Promise<void> {
  const session = await getSession();
  if (session === null) return;
  try {
    const newestMax = await getCacheSize();
    await syncCache((input) => api.audit.since.query(input), session.account.accountId, newestMax, Date.now());
  } catch (error) {
    await noteLastError(toFailure(error));
  }
  await updateBadge();
}
