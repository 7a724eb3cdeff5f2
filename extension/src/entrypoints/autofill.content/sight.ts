// How long has the menu been in plain sight? Clickjacking hides or covers it and lures the click (autofill's classic attack).

/** Not in TypeScript's library yet: version 2 of the observer reports cover and effects. */
interface SightEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean;
}

const ratioMin = 0.99;

/** Milliseconds since the menu became fully visible, uninterrupted; 0 while it is not. */
export interface Sight {
  seenForMs(): number;
}

/**
 * Watches the menu's host, which is shown and placed. Calls `onTampered` when the page touches the host.
 * @param signal ends the watch.
 */
export function watchSight(host: HTMLElement, signal: AbortSignal, onTampered: () => void): Sight {
  let sinceMs: number | null = null;
  const options = { threshold: [ratioMin], trackVisibility: true, delay: 100 };
  const seen = new IntersectionObserver((entries: SightEntry[]) => {
    const entry = entries.at(-1);
    // Firefox has no version 2; there, being within the viewport must do.
    const isSeen = entry !== undefined && entry.intersectionRatio >= ratioMin && entry.isVisible !== false;
    sinceMs = isSeen ? (sinceMs ?? performance.now()) : null;
  }, options);
  const touched = new MutationObserver(onTampered);
  signal.addEventListener('abort', () => {
    seen.disconnect();
    touched.disconnect();
  });
  seen.observe(host);
  touched.observe(host, { attributes: true });
  host.addEventListener('toggle', (event) => event.newState === 'closed' && onTampered(), { signal });
  return {
    seenForMs: () => (sinceMs === null || !host.matches(':popover-open') ? 0 : performance.now() - sinceMs),
  };
}
