// The order of a list of requests on the screen.

import { useEffect, useState } from 'react';
import { isSameOrder, type Standing, toFreeOrder, toHeldOrder } from './held-order.ts';

/** Long enough to see what became of a card; then the list closes up, and presses are refused for a moment. */
const heldForMs = 2000;

/** @param items those that wait first; @param isPointedAt for as long, but not for ever, each keeps its place. */
export function useHeldOrder<Item extends { readonly id: string; readonly status: string }>(
  items: readonly Item[],
  isPointedAt: boolean,
): readonly Standing<Item>[] {
  const [stood, setStood] = useState<readonly Standing<Item>[]>([]);
  const free = toFreeOrder(items);
  const standing = isPointedAt ? toHeldOrder(stood, items) : free;
  if (!isSameOrder(stood, standing)) setStood(standing);
  const isHeld = !isSameOrder(standing, free);
  useEffect(() => {
    if (!isHeld) return;
    const timer = setTimeout(() => setStood([]), heldForMs);
    return () => clearTimeout(timer);
  }, [isHeld]);
  return standing;
}
