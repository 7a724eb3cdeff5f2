// Does a person see this field? Asked before its login is: what stands below the fold may be hidden there.

import { isUncovered } from './cover.ts';
import { isFillable } from './fillable.ts';
import { observeSight, type SightEntry } from './sight.ts';

/** Fields stick out of their boxes by a few pixels; a menu, which is ours, does not. */
const ratioMin = 0.8;
/** A browser that knows the field to be in plain sight says so within two of its looks, which are 100 ms apart. */
const vouchMs = 400;
/** A page that is drawn at all is drawn within this time. */
const drawnMs = 1_500;

/**
 * Scrolls a field that is not shown up or down to where it could be: in the middle, clear of headers that stay on top.
 * Nobody goes sideways to log in; what stands there stays there.
 */
export function bringIntoView(field: HTMLInputElement): void {
  const { left, width } = field.getBoundingClientRect();
  const isBeside = left + width / 2 < 0 || left + width / 2 >= innerWidth;
  if (isBeside || !field.checkVisibility() || (isWithinWindow(field) && isFillable(field))) return;
  field.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
}

/**
 * Scrolls a field into view and tells whether it can be seen there. The browser's word that nothing covers or distorts it
 * is enough. Where it says otherwise, because of a floating label, an icon or a small effect, what is measured decides:
 * most of the field must be inside the window and shine through what lies above it.
 */
export async function isSeen(field: HTMLInputElement): Promise<boolean> {
  bringIntoView(field);
  if (!isFillable(field)) return false;
  const entry = await look(field);
  if (!field.isConnected || !isFillable(field) || !isWithinWindow(field)) return false;
  if (entry !== null && entry.intersectionRatio < ratioMin) return false;
  return entry?.isVisible === true || isUncovered(field);
}

/** What the browser makes of the field; null where it draws nothing, as in a window that is covered. */
function look(field: HTMLInputElement): Promise<SightEntry | null> {
  return new Promise((resolve) => {
    const life = new AbortController();
    let last: SightEntry | null = null;
    const end = () => {
      life.abort();
      resolve(last);
    };
    setTimeout(() => last === null || end(), vouchMs);
    setTimeout(end, drawnMs);
    const startMs = performance.now();
    const note = (entry: SightEntry) => {
      last = entry;
      const isVouchedFor = entry.isVisible === true && entry.intersectionRatio >= ratioMin;
      if (isVouchedFor || entry.isVisible === undefined || performance.now() - startMs > vouchMs) end();
    };
    observeSight(field, ratioMin, note, life.signal);
  });
}

/** By its middle, and to the larger part: the observer is not everywhere. */
function isWithinWindow(field: HTMLInputElement): boolean {
  const { top, bottom, height } = field.getBoundingClientRect();
  return (Math.min(bottom, innerHeight) - Math.max(top, 0)) / height >= ratioMin;
}
