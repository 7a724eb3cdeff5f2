// The brush over the bars as React state: pointer and keyboard, one choice.

import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { moveByKey, noBrush, type Span, toIndex, toSpan } from './brush.ts';

/** @param onChoose called with the first and the last bar, both inclusive. */
export function useBrush(count: number, onChoose: (span: Span) => void) {
  const [brush, setBrush] = useState(noBrush);
  const [hovered, setHovered] = useState<number | null>(null);
  const span = toSpan(brush);

  function choose(chosen: Span | null) {
    setBrush(noBrush);
    setHovered(null);
    if (chosen !== null && chosen[1] < count) onChoose(chosen);
  }

  function toPlace(event: PointerEvent<HTMLElement>): number {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return toIndex(event.clientX - left, width, count);
  }

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const place = toPlace(event);
      setBrush({ active: place, anchor: place, dragging: true });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const place = toPlace(event);
      setHovered(place);
      if (brush.dragging) setBrush({ ...brush, active: place });
    },
    onPointerUp: () => {
      if (brush.dragging) choose(span);
    },
    onPointerCancel: () => setBrush(noBrush),
    onPointerLeave: () => setHovered(null),
    onBlur: () => setBrush(noBrush),
    onKeyDown: (event: KeyboardEvent) => {
      const moved = moveByKey(brush, event.key, event.shiftKey, count);
      if (moved !== null) setBrush(moved);
      else if ((event.key === 'Enter' || event.key === ' ') && span !== null) choose(span);
      else if (event.key === 'Escape' && brush.active !== null) setBrush(noBrush);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  return { brush, span, shown: hovered ?? brush.active, handlers };
}
