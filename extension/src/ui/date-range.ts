// A span of time as people choose it, and the instants it stands for.

import type { EventFilter } from '@keytrail/shared/event';

/** Spans that end now and so stay true when a link is opened later. */
export const lastSpans = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
export type LastSpan = keyof typeof lastSpans;

export type DateRange =
  | { readonly kind: 'all' }
  | { readonly kind: 'last'; readonly span: LastSpan }
  /** RFC 3339; from inclusive, to exclusive; either may be open. */
  | { readonly kind: 'custom'; readonly from?: string | undefined; readonly to?: string | undefined };

/** Type guard for the short names that links carry. */
export function isLastSpan(text: string): text is LastSpan {
  return Object.hasOwn(lastSpans, text);
}

/** The filter members a range stands for at this moment. */
export function toInstants(range: DateRange, nowMs: number): Pick<EventFilter, 'from' | 'to'> {
  if (range.kind === 'all') return {};
  if (range.kind === 'last') return { from: new Date(nowMs - lastSpans[range.span] * 3_600_000).toISOString() };
  return {
    ...(range.from === undefined ? {} : { from: range.from }),
    ...(range.to === undefined ? {} : { to: range.to }),
  };
}

/** An instant as `datetime-local` fields hold it: the reader's zone, to the minute. Empty for none. */
export function toLocalField(at: string | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/**
 * Reads a `datetime-local` field; undefined when it is empty or incomplete.
 * @param known an instant that stays itself while the field shows it: its seconds, and which of two equal hours at the end
 *   of summer time it lies in, are not in the field.
 */
export function fromLocalField(text: string, known?: string): string | undefined {
  if (known !== undefined && text === toLocalField(known)) return known;
  const date = new Date(text);
  return text === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
