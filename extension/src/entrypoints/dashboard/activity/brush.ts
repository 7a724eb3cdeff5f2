// Choosing bars by pointer or keyboard: which one is active, and which are chosen with it.

/** Indexes of bars. `anchor` is where a choice of several began; null while only the active one would be chosen. */
export interface Brush {
  readonly active: number | null;
  readonly anchor: number | null;
  /** The pointer is down. */
  readonly dragging: boolean;
}

export const noBrush: Brush = { active: null, anchor: null, dragging: false };

/** First and last chosen bar, both inclusive. */
export type Span = readonly [first: number, last: number];

/** What would be chosen now; null where no bar is active. */
export function toSpan({ active, anchor }: Brush): Span | null {
  if (active === null) return null;
  const other = anchor ?? active;
  return [Math.min(active, other), Math.max(active, other)];
}

const steps: Readonly<Record<string, (active: number, last: number) => number>> = {
  ArrowLeft: (active) => active - 1,
  ArrowRight: (active) => active + 1,
  PageUp: (active) => active - 7,
  PageDown: (active) => active + 7,
  Home: () => 0,
  End: (_active, last) => last,
};

/** The brush after a key that moves; null for any other key. Shift chooses what is passed over. */
export function moveByKey(brush: Brush, key: string, shift: boolean, count: number): Brush | null {
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step === undefined || count === 0) return null;
  const last = count - 1;
  const from = brush.active ?? last;
  const active = Math.min(last, Math.max(0, brush.active === null && !shift ? last : step(from, last)));
  return { active, anchor: shift ? (brush.anchor ?? from) : null, dragging: false };
}

/** The bar at a place on a plot of this width; the nearest one for places beside it. */
export function toIndex(x: number, width: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor((x / width) * count)));
}
