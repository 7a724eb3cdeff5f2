// Which rows of a long list are drawn: those around the screen, and the one with the focus wherever the reader is.

import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/** The indexes in their order. A row that goes takes the focus with it, so the one that has it is kept. */
export function toDrawnRows(range: Range, keptIndex: number | undefined): number[] {
  const indexes = defaultRangeExtractor(range);
  if (keptIndex === undefined || keptIndex >= range.count || indexes.includes(keptIndex)) return indexes;
  return [...indexes, keptIndex].sort((left, right) => left - right);
}
