// Times in words, in the reader's language and zone.

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

type Locale = string | undefined;

/** Making a formatter costs far more than using it: each is made once, and not before it is needed. */
function once<Formatter>(make: (locale: Locale) => Formatter): (locale: Locale) => Formatter {
  const made = new Map<Locale, Formatter>();
  return (locale) => {
    const known = made.get(locale) ?? make(locale);
    made.set(locale, known);
    return known;
  };
}

const relativeOf = once((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'narrow' }));
const nowOf = once((locale) =>
  new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' }).format(0, 'second'),
);
const fullOf = once(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    }),
);
const dayOf = once(
  (locale) => new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
);
const daysOf = once((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
const lengthsOf = {
  day: once((locale) => toLengthFormat('day', locale)),
  hour: once((locale) => toLengthFormat('hour', locale)),
  minute: once((locale) => toLengthFormat('minute', locale)),
  second: once((locale) => toLengthFormat('second', locale)),
};

function toLengthFormat(unit: string, locale: Locale): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
}

/**
 * "2m ago", "in 3d", "now". What has passed counts in whole units, so that it never runs ahead of the truth; what is
 * to come is rounded, so that a week from now reads as a week.
 * @param at RFC 3339; a time that cannot be read comes back as it is.
 */
export function toRelativeTime(at: string, nowMs: number, locale?: string): string {
  const seconds = (Date.parse(at) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return at;
  const step = steps.find(([, length]) => Math.abs(seconds) >= length);
  if (step === undefined) return nowOf(locale);
  const [unit, length] = step;
  return relativeOf(locale).format(seconds > 0 ? Math.round(seconds / length) : Math.ceil(seconds / length), unit);
}

/** The full date with seconds and zone. */
export function toFullTime(at: string, locale?: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : fullOf(locale).format(date);
}

const dayMs = 86_400_000;

/** The day of an instant in the reader's zone, as a number that counts days. */
export function toDayNumber(at: string | number): number {
  const date = new Date(at);
  // As if the local date were one in UTC: days there have no summer time.
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs;
}

/** The day of an instant in the reader's zone: "Tuesday 10 March 2026", with "today" or "yesterday" before it. */
export function toDayName(at: string, nowMs: number, locale?: string): string {
  const ago = toDayNumber(nowMs) - toDayNumber(at);
  const name = dayOf(locale).format(new Date(at));
  if (ago !== 0 && ago !== 1) return name;
  const near = daysOf(locale).format(-ago, 'day');
  return `${near.slice(0, 1).toLocaleUpperCase(locale)}${near.slice(1)}, ${name}`;
}

const lengths = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** How long something took, in its largest unit: "2 minutes". Never less than a second. */
export function toDuration(ms: number, locale?: string): string {
  const seconds = Math.max(1, ms / 1000);
  const [unit, length] = lengths.find(([, length]) => seconds >= length) ?? lengths[3];
  return lengthsOf[unit](locale).format(Math.round(seconds / length));
}

/** What is left until an instant, as "0:48" or "12:05". Never less than nothing, never more than `mostMs`. */
export function toCountdown(at: string, nowMs: number, mostMs: number): string {
  const seconds = Math.ceil(Math.min(mostMs, Math.max(0, Date.parse(at) - nowMs)) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
