// The time zones that a browser knows, and how they are found by what a person types.

export interface Zone {
  /** The IANA name. */
  readonly name: string;
  /** What it is an hour off by at the moment, such as "GMT+1". */
  readonly offset: string;
}

/** The browser's own. */
export function toLocalZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** By name; UTC, which browsers leave out, first. */
export function listZones(atMs: number): Zone[] {
  const names = Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC');
  return ['UTC', ...names].map((name) => ({ name, offset: toOffset(name, atMs) }));
}

/** Zones in whose name or offset every word that was typed occurs; those of which a part begins so come first. */
export function findZones(zones: readonly Zone[], query: string): Zone[] {
  const words = toWords(query);
  const found = zones.filter(({ name, offset }) => {
    const hay = `${toWords(name).join(' ')} ${offset.toLowerCase()}`;
    return words.every((word) => hay.includes(word));
  });
  const [first = ''] = words;
  const rank = ({ name }: Zone) => (toWords(name).some((part) => part.startsWith(first)) ? 0 : 1);
  if (first === '') return found;
  return found.toSorted((left, right) => rank(left) - rank(right) || toCity(left).localeCompare(toCity(right)));
}

function toCity({ name }: Zone): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function toWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s/_,]+/)
    .filter((word) => word !== '');
}

function toOffset(timeZone: string, atMs: number): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(atMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
