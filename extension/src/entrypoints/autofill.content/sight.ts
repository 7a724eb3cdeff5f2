// What the browser shows of an element, and how long the menu has been in plain sight. Clickjacking hides or covers it and lures the click (autofill's classic attack).

/** Not in TypeScript's library yet: version 2 of the observer reports cover and effects. */
export interface SightEntry extends IntersectionObserverEntry {
  readonly isVisible?: boolean;
}

const ratioMin = 0.99;

/**
 * Tells whenever so much of an element comes into or goes out of the viewport, and when it is covered or distorted.
 * `isVisible` is undefined where the browser cannot tell (Firefox).
 * @param signal ends the watch.
 */
export function observeSight(
  element: Element,
  ratioMin: number,
  onEntry: (entry: SightEntry) => void,
  signal: AbortSignal,
): void {
  const options = { threshold: [ratioMin], trackVisibility: true, delay: 100 };
  const observer = new IntersectionObserver((entries: SightEntry[]) => {
    const entry = entries.at(-1);
    if (entry !== undefined) onEntry(entry);
  }, options);
  observer.observe(element);
  signal.addEventListener('abort', () => observer.disconnect());
}

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
  const note = ({ intersectionRatio, isVisible }: SightEntry) => {
    // Firefox has no version 2; there, being within the viewport must do.
    const isSeen = intersectionRatio >= ratioMin && isVisible !== false;
    sinceMs = isSeen ? (sinceMs ?? performance.now()) : null;
  };
  const touched = new MutationObserver(onTampered);
  signal.addEventListener('abort', () => touched.disconnect());
  observeSight(host, ratioMin, note, signal);
  touched.observe(host, { attributes: true });
  host.addEventListener('toggle', (event) => event.newState === 'closed' && onTampered(), { signal });
  return {
    seenForMs: () => (sinceMs === null || !host.matches(':popover-open') ? 0 : performance.now() - sinceMs),
  };
}
