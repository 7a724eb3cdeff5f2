// Between which recorded-ats a page or a count looks. Instants are whole microseconds since 1970, as Postgres has them:
// a Date would cut them to milliseconds.

import type { EventFilter } from '@keytrail/shared/event';
import type { Fragment, TransactionSql } from 'postgres';

export interface Window {
  /** Inclusive. */
  readonly low: bigint;
  /** Exclusive. */
  readonly high: bigint;
}

/** Within these bounds everything lies that a log can hold. */
const always: Window = { low: 0n, high: 253_402_300_799_000_000n };

/** The slots in which `event_slots` counts. */
export const slotMicros = 1_800_000_000n;

/** The window of a filter's dates and of a page's place beside a recorded-at. */
export function toWindow(
  filter: EventFilter,
  place: { before?: string | undefined; after?: string | undefined },
): Window {
  return intersect(
    { low: toMicros(filter.from) ?? always.low, high: toMicros(filter.to) ?? always.high },
    { low: after(toMicros(place.after)) ?? always.low, high: toMicros(place.before) ?? always.high },
  );
}

/** What lies in both. */
export function intersect(one: Window, other: Window): Window {
  const [, low = one.low] = inOrder(one.low, other.low);
  const [high = one.high] = inOrder(one.high, other.high);
  return { low, high };
}

/** Math.min and Math.max take no bigint. */
function inOrder(one: bigint, other: bigint): bigint[] {
  return one < other ? [one, other] : [other, one];
}

export function isEmpty({ low, high }: Window): boolean {
  return low >= high;
}

/** The part of a window that whole slots make up, and what is left of it at both ends. */
export function splitAtSlots({ low, high }: Window): { whole: Window; edges: Window[] } {
  const first = ((low + slotMicros - 1n) / slotMicros) * slotMicros;
  const last = (high / slotMicros) * slotMicros;
  if (first >= last) return { whole: { low: first, high: first }, edges: [{ low, high }] };
  const edges = [
    { low, high: first },
    { low: last, high },
  ];
  return { whole: { low: first, high: last }, edges: edges.filter((edge) => !isEmpty(edge)) };
}

/** `and …` for a window over a column of instants. */
export function inWindow(sql: TransactionSql, window: Window, column = 'recorded_at'): Fragment {
  const low = window.low <= always.low ? sql`` : sql`and ${sql(column)} >= ${toInstant(window.low)}::timestamptz`;
  const high = window.high >= always.high ? sql`` : sql`and ${sql(column)} < ${toInstant(window.high)}::timestamptz`;
  return sql`${low} ${high}`;
}

/** RFC 3339 in UTC, to the microsecond. */
export function toInstant(micros: bigint): string {
  const iso = new Date(Number(micros / 1000n)).toISOString();
  return `${iso.slice(0, -1)}${String(micros % 1000n).padStart(3, '0')}Z`;
}

/** Reads RFC 3339 in UTC; digits after the microseconds are cut off. */
export function toMicros<Text extends string | undefined>(
  text: Text,
): bigint | (Text extends string ? never : undefined);
export function toMicros(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const [seconds = '', fraction = ''] = text.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

function after(micros: bigint | undefined): bigint | undefined {
  return micros === undefined ? undefined : micros + 1n;
}
