// Times in words, in the reader's language and zone.

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Making a formatter costs far more than using it. */
const formatters = new Map<string, { now: string; relative: Intl.RelativeTimeFormat; full: Intl.DateTimeFormat }>();

function formattersOf(locale: string | undefined) {
  const key = locale ?? '';
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = {
    now: new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' }).format(0, 'second'),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'narrow' }),
    full: new Intl.DateTimeFormat(locale, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    }),
  };
  formatters.set(key, made);
  return made;
}

/**
 * "2m ago", "in 3d", "now". What has passed counts in whole units, so that it never runs ahead of the truth; what is
 * to come is rounded, so that a week from now reads as a week.
 * @param at RFC 3339; a time that cannot be read comes back as it is.
 */
export function toRelativeTime(at: string, nowMs: number, locale?: string): string {
  const seconds = (Date.parse(at) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return at;
  const { relative, now } = formattersOf(locale);
  const step = steps.find(([, length]) => Math.abs(seconds) >= length);
  if (step === undefined) return now;
  const [unit, length] = step;
  return relative.format(seconds > 0 ? Math.round(seconds / length) : Math.ceil(seconds / length), unit);
}

/** The full date with seconds and zone. */
export function toFullTime(at: string, locale?: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : formattersOf(locale).full.format(date);
}
