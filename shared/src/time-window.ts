// Whether a moment lies within a rule's hours, and when they begin next: by the wall clock of the rule's zone, so that
// summer time moves the hours along with the people who keep them.

import { type Rule, weekdays } from './policy.ts';

export type TimeWindow = Extract<Rule, { type: 'time_window' }>;

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A window whose only day of the week has no such hour, because summer time begins, opens a week later. */
const daysAhead = 15;

/** True from the start, inclusive, to the end, exclusive. Throws for a zone that this machine does not know. */
export function isWithinWindow(hours: TimeWindow, atMs: number): boolean {
  const localMs = toLocalMs(hours.timeZone, atMs);
  const minutes = Math.floor((localMs % dayMs) / minuteMs);
  const start = toMinutes(hours.start);
  const end = toMinutes(hours.end);
  const today = includesDay(hours, localMs);
  if (start < end) return today && minutes >= start && minutes < end;
  const yesterday = includesDay(hours, localMs - dayMs);
  return (today && minutes >= start) || (yesterday && minutes < end);
}

/**
 * The first moment after `atMs` at which the window opens, given that it is shut then. It opens at its start on the
 * wall clock, or where the clock is put over or back into it.
 */
export function findNextOpening(hours: TimeWindow, atMs: number): number | undefined {
  const midnightMs = Math.floor(toLocalMs(hours.timeZone, atMs) / dayMs) * dayMs;
  const starts = Array.from(
    { length: daysAhead + 1 },
    (_, day) => midnightMs + day * dayMs + toMinutes(hours.start) * minuteMs,
  );
  const openings = starts
    .flatMap((localMs) => toInstants(hours.timeZone, localMs))
    .filter((instantMs) => instantMs > atMs && isWithinWindow(hours, instantMs));
  return openings.length === 0 ? undefined : Math.min(...openings);
}

/** The instants that may read as this local time, and the one nearby at which the clock changes. */
function toInstants(timeZone: string, localMs: number): number[] {
  const before = toOffsetMs(timeZone, localMs - dayMs);
  const after = toOffsetMs(timeZone, localMs + dayMs);
  if (before === after) return [localMs - before];
  return [localMs - before, localMs - after, findClockChange(timeZone, localMs - dayMs, localMs + dayMs)];
}

/** By halves, to the minute: zones change on whole minutes. */
function findClockChange(timeZone: string, fromMs: number, toMs: number): number {
  let early = Math.floor(fromMs / minuteMs);
  let late = Math.floor(toMs / minuteMs);
  const old = toOffsetMs(timeZone, early * minuteMs);
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (toOffsetMs(timeZone, middle * minuteMs) === old) early = middle;
    else late = middle;
  }
  return late * minuteMs;
}

/** What the wall clock shows, written as if it were UTC. */
function toLocalMs(timeZone: string, atMs: number): number {
  return atMs + toOffsetMs(timeZone, atMs);
}

/** Since 1972 every zone has changed its clock on a quarter of an hour (of UTC), so one look is good for a quarter. */
const quarterMs = 900_000;
const offsetsMax = 50_000;
/** By zone and quarter: a look costs microseconds, and a replay takes one for each of 100,000 events. */
const offsets = new Map<string, number>();

function toOffsetMs(timeZone: string, atMs: number): number {
  const quarter = Math.floor(atMs / quarterMs);
  const key = `${timeZone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const offsetMs = readOffsetMs(timeZone, quarter * quarterMs);
  if (offsets.size >= offsetsMax) offsets.clear();
  offsets.set(key, offsetMs);
  return offsetMs;
}

function readOffsetMs(timeZone: string, atMs: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of getFormat(timeZone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - atMs;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const formatsMax = 1_000;
/** Kept: making one costs a hundred times what using it costs. A zone can be spelt in more ways than there are zones. */
function getFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= formatsMax) formats.clear();
  formats.set(timeZone, format);
  return format;
}

function includesDay(hours: TimeWindow, localMs: number): boolean {
  // Day 0 of the count, 1 January 1970, was a Thursday.
  const place = (Math.floor(localMs / dayMs) + 3) % 7;
  return hours.days.some((day) => weekdays.indexOf(day) === place);
}

function toMinutes(clockTime: string): number {
  const [hour = 0, minute = 0] = clockTime.split(':').map(Number);
  return hour * 60 + minute;
}
