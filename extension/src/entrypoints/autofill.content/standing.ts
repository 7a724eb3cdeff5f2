// Since when does the menu stand where it stands? A page that moves the field, or its window, moves the menu under a click.

/**
 * Watches the place of the host on the screen, whatever moves it. Returns what tells the time, in ms as `performance.now`
 * counts, at which the host was first found at its present place; each call looks anew.
 * @param signal ends the watch.
 */
export function watchStanding(host: HTMLElement, signal: AbortSignal): () => number {
  let place = '';
  let sinceMs = performance.now();
  const standsSinceMs = () => {
    const current = describePlace(host);
    if (current !== place) [place, sinceMs] = [current, performance.now()];
    return sinceMs;
  };
  // Every frame: a menu that was elsewhere in between has moved, even if it is back by the time of the click.
  const look = () => {
    if (signal.aborted) return;
    standsSinceMs();
    requestAnimationFrame(look);
  };
  look();
  return standsSinceMs;
}

/** A page may move a window that it opened, with all that stands in it. */
function describePlace(host: HTMLElement): string {
  const { left, top, width, height } = host.getBoundingClientRect();
  return [left, top, width, height, screenX, screenY].join(' ');
}
