// One clock for everything on a page that shows a time: listeners are called each second while the page is visible.

import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  for (const listener of listeners) listener();
}

function watchVisibility() {
  clearInterval(timer);
  timer = document.hidden ? undefined : setInterval(tick, 1000);
  // What went stale in the background is put right before it is read.
  if (!document.hidden) tick();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    document.addEventListener('visibilitychange', watchVisibility);
    watchVisibility();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener('visibilitychange', watchVisibility);
    clearInterval(timer);
  };
}

/**
 * Reads a value that depends on the time and renders again only when that value changes.
 * @param read must return a primitive.
 */
export function useTicking<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(Date.now()));
}
