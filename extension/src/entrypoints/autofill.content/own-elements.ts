// The elements that this script has put on the page. The page cannot add to them.

const own = new WeakSet<Element>();

/** Remembers an element as ours. */
export function markOwn(element: Element): void {
  own.add(element);
}

/** True for an element that this script put there. */
export function isOwn(element: Element): boolean {
  return own.has(element);
}
