// What a page can put off until it has painted what it was opened for: there are few processors, and the paint needs them.

/** Undefined on a page that holds nothing back. */
let painted: Promise<unknown> | undefined;

/** A page that is never in front paints nothing; its work is not put off for ever. */
const paintMaxMs = 1_000;

/** Holds back until the first paint. Call it before the first render. */
export function holdUntilPaint(): void {
  const paint = new Promise<void>((resolve) => {
    const observer = new PerformanceObserver((paints) => {
      if (paints.getEntriesByName('first-contentful-paint').length > 0) resolve();
    });
    observer.observe({ type: 'paint', buffered: true });
  });
  painted = Promise.race([paint, new Promise((resolve) => setTimeout(resolve, paintMaxMs))]);
}

/** Begins at once, or after the first paint where the page holds back. Returns what ends it, begun or not. */
export function afterFirstPaint(begin: () => () => void): () => void {
  if (painted === undefined) return begin();
  let end: (() => void) | undefined;
  let isOver = false;
  void painted.then(() => {
    if (!isOver) end = begin();
  });
  return () => {
    isOver = true;
    end?.();
  };
}
