// When to pull events: one pull at a time, and one more when something happened meanwhile.

import { toFailure } from '../../lib/api.ts';
import { patchCacheState } from '../../lib/cache.ts';
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
  while (isStale) {
    isStale = false;
    await pullOnce();
  }
  // In the same turn as the last look at `isStale`: a call a moment later starts anew.
  running = null;
}

async function pullOnce(): Promise<void> {
  const session = await getSession();
  if (session === null) return;
  try {
    const newestMax = await getCacheSize();
    await syncCache((input) => api.audit.since.query(input), session.account.accountId, newestMax, Date.now());
  } catch (error) {
    await patchCacheState({ lastError: toFailure(error) });
  }
  await updateBadge();
}
