// Where a list begins in the document, whatever grows or shrinks above it.

import { type RefObject, useEffect, useState } from 'react';

/** In pixels from the top of the document. A reader who has scrolled stays where he is when it changes. */
export function useListTop(body: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useEffect(() => {
    let known: number | undefined;
    const measure = () => {
      if (body.current === null) return;
      const next = Math.round(body.current.getBoundingClientRect().top + scrollY);
      if (next === known) return;
      if (known !== undefined && scrollY > next) scrollBy(0, next - known);
      known = next;
      setTop(next);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, [body]);
  return top;
}
