// Locks the vault when nobody has touched the computer for as long as the person has set, or its screen is locked: once for each
// absence, since whoever unlocks it elsewhere meanwhile means it. The alarm looks again, for the server may have been away just then.

import { browser } from 'wxt/browser';
import { getSession } from '../../lib/session.ts';
import { getAutoLockMinutes, watchAutoLock } from '../../lib/settings.ts';
import { setLock } from './approvals.ts';

const doneKey = 'absenceLocked';

/** Listens. To be called while the worker starts, so that the browser wakes it for this. */
export function followAbsence(): void {
  browser.idle.onStateChanged.addListener((state) => {
    if (state === 'active') void browser.storage.session.remove(doneKey);
    else void lockIfAbsent();
  });
  watchAutoLock(() => void setDetection());
  void setDetection();
}

/** Locks where nobody is there and this absence has not locked it yet. */
export async function lockIfAbsent(): Promise<void> {
  const minutes = await getAutoLockMinutes();
  if (minutes === null || (await getSession()) === null) return;
  if ((await browser.idle.queryState(minutes * 60)) === 'active') return;
  if ((await browser.storage.session.get(doneKey))[doneKey] === true) return;
  const reply = await setLock('lock');
  if (reply.kind === 'done') await browser.storage.session.set({ [doneKey]: true });
}

async function setDetection(): Promise<void> {
  const minutes = await getAutoLockMinutes();
  if (minutes !== null) browser.idle.setDetectionInterval(minutes * 60);
}
