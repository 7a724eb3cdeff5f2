// A bar in words, in the reader's language and zone: its time, and what happened in it.

import { type EventType, eventTypeLabels, eventTypes } from '@keytrail/shared/event';
import { strings } from '../strings.ts';
import type { Bar, Bucket } from './bars.ts';

const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
const clock = { hour: 'numeric', minute: '2-digit' } as const;

/** Making a formatter costs far more than using it. */
const formats = {
  day: new Intl.DateTimeFormat(undefined, day),
  time: new Intl.DateTimeFormat(undefined, { ...day, ...clock, timeZoneName: 'short' }),
  zone: new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' }),
  tickDay: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }),
  tickHour: new Intl.DateTimeFormat(undefined, clock),
};

/** `Tue, 24 Nov 2026, GMT` for whole days, else with the times of day. */
export function toBarTime({ fromMs, toMs }: Pick<Bar, 'fromMs' | 'toMs'>): string {
  if (!isMidnight(fromMs) || !isMidnight(toMs)) return formats.time.formatRange(fromMs, toMs);
  return `${formats.day.formatRange(fromMs, toMs - 1)}, ${toZoneName(fromMs)}`;
}

/** The types that occur, in the order of every filter. */
export function toParts(bar: Pick<Bar, 'counts'>): { type: EventType; label: string; count: number }[] {
  return eventTypes.flatMap((type) => {
    const count = bar.counts[type] ?? 0;
    return count === 0 ? [] : [{ type, label: eventTypeLabels[type], count }];
  });
}

/** What a screen reader hears for a bar. */
export function toBarName(bar: Bar): string {
  const parts = toParts(bar).map(({ label, count }) => `${label} ${count.toLocaleString()}`);
  return [toBarTime(bar), strings.activity.count(bar.total), ...parts].join(', ');
}

/** Which bars carry a label, and what it says: never closer than they can be read. */
export function toTicks(bars: readonly Bar[], bucket: Bucket, width: number): Map<number, string> {
  const every = Math.max(1, Math.ceil((bars.length * tickPx) / Math.max(width, tickPx)));
  if (bucket === 'day') {
    const marked = bars.flatMap((bar, index) =>
      (bars.length - 1 - index) % every === 0 ? [[index, bar] as const] : [],
    );
    return new Map(marked.map(([index, bar]) => [index, formats.tickDay.format(bar.fromMs)]));
  }
  const step = hourSteps.find((hours) => hours >= every) ?? 24;
  const marked = bars.flatMap((bar, index) => (isOnStep(bar.fromMs, step) ? [[index, bar] as const] : []));
  return new Map(
    marked.map(([index, bar]) => [
      index,
      (isMidnight(bar.fromMs) ? formats.tickDay : formats.tickHour).format(bar.fromMs),
    ]),
  );
}

const tickPx = 64;
const hourSteps = [1, 2, 3, 6, 12, 24];

function isOnStep(ms: number, step: number): boolean {
  const date = new Date(ms);
  return date.getMinutes() === 0 && date.getHours() % step === 0;
}

function isMidnight(ms: number): boolean {
  const date = new Date(ms);
  return new Date(ms).setHours(0, 0, 0, 0) === date.getTime();
}

function toZoneName(ms: number): string {
  return formats.zone.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
