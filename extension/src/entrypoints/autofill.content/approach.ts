// Did the pointer come to the menu, or the menu to the pointer? Clickjacking moves its target under a resting cursor.

/**
 * Watches the pointer on the menu. Returns what tells whether a person has moved it there since the menu stands where it
 * stands. `pointermove` alone shows that: browsers fire `pointerenter` as well when the menu moves and the pointer rests.
 * @param standsSinceMs tells since when the menu stands there.
 */
export function watchApproach(list: HTMLElement, standsSinceMs: () => number, signal: AbortSignal): () => boolean {
  let movedAtMs = Number.NEGATIVE_INFINITY;
  const note = (event: PointerEvent) => {
    if (!event.isTrusted) return;
    // Look first: a move of the menu that is found later than this one would count as later.
    standsSinceMs();
    movedAtMs = performance.now();
  };
  list.addEventListener('pointermove', note, { signal });
  // A finger does not hover; where it comes down, it has come to.
  list.addEventListener('pointerdown', (event) => event.pointerType === 'touch' && note(event), { signal });
  return () => movedAtMs >= standsSinceMs();
}
