// What the person has set for this browser.

import { browser } from 'wxt/browser';
import { z } from 'zod';

export const cacheSizeDefault = 20_000;
export const cacheSizeMin = 1_000;
export const cacheSizeMax = 100_000;

const cacheSize = z.int().min(cacheSizeMin).max(cacheSizeMax).catch(cacheSizeDefault);
const key = 'cacheSize';

/** How many of the newest events this browser keeps. */
export async function getCacheSize(): Promise<number> {
  return cacheSize.parse((await browser.storage.local.get(key))[key]);
}

/** Sets how many events this browser keeps; the next sync trims or fills the cache. */
export async function setCacheSize(events: number): Promise<void> {
  await browser.storage.local.set({ [key]: Math.round(Math.min(cacheSizeMax, Math.max(cacheSizeMin, events))) });
}

const notifiesKey = 'notifies';

/** Whether this browser shows alerts as notifications. */
export async function getNotifies(): Promise<boolean> {
  return (await browser.storage.local.get(notifiesKey))[notifiesKey] !== false;
}

/** Calls the listener after every change, in whichever page it was made. */
export function watchNotifies(listener: () => void): void {
  browser.storage.local.onChanged.addListener((changes) => {
    if (changes[notifiesKey] !== undefined) listener();
  });
}

export async function setNotifies(notifies: boolean): Promise<void> {
  await browser.storage.local.set({ [notifiesKey]: notifies });
}

/** For how long nobody may touch the computer before the vault is locked. */
export const autoLockChoices = [1, 5, 15, 30, 60] as const;
export type AutoLockMinutes = (typeof autoLockChoices)[number];

const autoLock = z
  .union(autoLockChoices.map((minutes) => z.literal(minutes)))
  .nullable()
  .catch(null);
const autoLockKey = 'autoLockMinutes';

/** Null: it is not locked by itself. */
export async function getAutoLockMinutes(): Promise<AutoLockMinutes | null> {
  return autoLock.parse((await browser.storage.local.get(autoLockKey))[autoLockKey] ?? null);
}

export async function setAutoLockMinutes(minutes: AutoLockMinutes | null): Promise<void> {
  await browser.storage.local.set({ [autoLockKey]: minutes });
}

/** Calls the listener after every change, in whichever page it was made. */
export function watchAutoLock(listener: () => void): void {
  browser.storage.local.onChanged.addListener((changes) => {
    if (changes[autoLockKey] !== undefined) listener();
  });
}
