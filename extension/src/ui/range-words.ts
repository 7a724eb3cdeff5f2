// A span of time in words, in the reader's zone and language.

import type { DateRange } from './date-range.ts';
import { strings } from './strings.ts';

/** What the time filter says it is set to. */
export function toRangeWords(range: DateRange): string {
  const { dateRange } = strings;
  if (range.kind === 'all') return dateRange.all;
  if (range.kind === 'last') return dateRange.last[range.span];
  const from = toShortTime(range.from);
  const to = toShortTime(range.to);
  if (from === null) return to === null ? dateRange.all : dateRange.until(to);
  return to === null ? dateRange.since(from) : dateRange.between(from, to);
}

function toShortTime(at: string | undefined): string | null {
  if (at === undefined) return null;
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}
