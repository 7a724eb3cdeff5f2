// Takes injected values out of what comes back, wherever an upstream repeats them: as they are, or as base64, hex, percent
// encoding, JSON or HTML write them. Each is overwritten by as many asterisks, so that lengths stay right.

import { type Form, type Pattern, toPatterns } from './scrub-forms.ts';

/** Shorter values stand in innocent text by chance; they are no secrets that a stranger could not guess either. */
const lengthMin = 6;
const asterisk = 0x2a;

export interface Scrubber {
  /** A header's value without what must not come back. */
  scrubText(text: string): string;
  /** Whether a header's name, in lower case, holds what must not come back. */
  isHeldBy(name: string): boolean;
  /** Scrubs one stream. */
  start(): ScrubStream;
}

export interface ScrubStream {
  /** What can be handed on by now: all but an end that may be the beginning of a value. */
  push(chunk: Buffer): Buffer;
  /** The rest. */
  end(): Buffer;
}

/** Where a pattern may begin. */
interface Starts {
  readonly byFirst: ReadonlyMap<number, readonly Pattern[]>;
  /** By a hash of two bytes, 1 where any begins with them: nearly every place is passed by one look. */
  readonly byPair: Uint8Array;
}

/** @param secrets the injected values, and whole headers that were made of them. */
export function createScrubber(secrets: readonly string[]): Scrubber {
  // Headers lose the blanks at their ends on the way.
  const long = secrets.flatMap((secret) => [secret, secret.trim()]).filter(({ length }) => length >= lengthMin);
  const starts = toStarts([...new Set(long)].flatMap(toPatterns));
  return {
    scrubText: (text) => {
      // Header values are bytes, which the platform reads as Latin-1.
      const bytes = Buffer.from(text, 'latin1');
      return overwrite(bytes, findAll(bytes, starts).found).toString('latin1');
    },
    isHeldBy: (name) => long.some((secret) => name.includes(secret.toLowerCase())),
    start: () => (long.length === 0 ? passing : createStream(starts)),
  };
}

const passing: ScrubStream = { push: (chunk) => chunk, end: () => Buffer.alloc(0) };

function createStream(starts: Starts): ScrubStream {
  // As it came: what is overwritten for one value may be the beginning of another.
  let held: Buffer = Buffer.alloc(0);
  /** How far a value that began before what is held reaches into it. */
  let reach = 0;
  const take = (chunk: Buffer, isLast: boolean) => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const { found, open } = findAll(bytes, starts);
    const end = isLast ? bytes.length : open;
    const handedOn = overwrite(bytes.subarray(0, end), [{ from: 0, to: reach }, ...found]);
    const begun = found.filter(({ from }) => from < end).map(({ to }) => to);
    reach = Math.max(0, ...[reach, ...begun].map((to) => to - end));
    // A copy: the chunk's memory may be used again.
    held = Buffer.from(bytes.subarray(end));
    return handedOn;
  };
  return { push: (chunk) => take(chunk, false), end: () => take(Buffer.alloc(0), true) };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The values in it, and where the first begins that may go on behind its end. */
function findAll(bytes: Buffer, { byFirst, byPair }: Starts): { found: Span[]; open: number } {
  const found: Span[] = [];
  let open = bytes.length;
  const last = bytes.length - 1;
  for (let at = 0; at <= last; at++) {
    const first = bytes[at] ?? 0;
    if (at < last && byPair[hashPair(first, bytes[at + 1] ?? 0)] === 0) continue;
    for (const pattern of byFirst.get(first) ?? []) {
      const { to, isCut } = match(bytes, at, pattern);
      if (to !== null) found.push({ from: at, to });
      if (isCut && at < open) open = at;
    }
  }
  return { found, open };
}

/** Where the pattern that begins here ends, at the farthest; and whether the end of the bytes cut it short. */
function match(bytes: Buffer, from: number, pattern: Pattern): { to: number | null; isCut: boolean } {
  let places = [from];
  let isCut = false;
  for (let at = 0; at < pattern.characters.length; at++) {
    const next: number[] = [];
    for (const place of places) {
      for (const form of getForms(pattern, at)) {
        const fit = countFitting(bytes, place, form);
        const to = place + fit;
        if (fit === form.bytes.length) {
          if (!next.includes(to)) next.push(to);
        } else if (to === bytes.length) isCut = true;
      }
    }
    if (next.length === 0) return { to: null, isCut };
    places = next;
  }
  return { to: Math.max(...places), isCut };
}

function countFitting(bytes: Buffer, place: number, { bytes: one, others }: Form): number {
  let count = 0;
  while (count < one.length) {
    const byte = bytes[place + count];
    if (byte === undefined || (byte !== one[count] && byte !== others[count])) break;
    count++;
  }
  return count;
}

function overwrite(bytes: Buffer, found: readonly Span[]): Buffer {
  const within = found.filter(({ from, to }) => from < Math.min(to, bytes.length));
  if (within.length === 0) return bytes;
  const clean = Buffer.from(bytes);
  for (const { from, to } of within) clean.fill(asterisk, from, Math.min(to, clean.length));
  return clean;
}

/** Made for every call, so without any list that it can do without. */
function toStarts(patterns: readonly Pattern[]): Starts {
  const byFirst = new Map<number, Pattern[]>();
  const byPair = new Uint8Array(pairs);
  const addFirst = (first: number, pattern: Pattern) => {
    const known = byFirst.get(first);
    if (known === undefined) byFirst.set(first, [pattern]);
    else if (known.at(-1) !== pattern) known.push(pattern);
  };
  for (const pattern of patterns) {
    const following = getForms(pattern, 1);
    for (const form of getForms(pattern, 0)) {
      addFirst(getByte(form.bytes, 0), pattern);
      addFirst(getByte(form.others, 0), pattern);
      if (form.bytes.length > 1) markPairs(byPair, form, form, 1);
      else for (const next of following) markPairs(byPair, form, next, 0);
    }
  }
  return { byFirst, byPair };
}

/** The pairs of what may stand first in one form, and at a place of another. */
function markPairs(byPair: Uint8Array, { bytes, others }: Form, next: Form, at: number): void {
  for (const first of [getByte(bytes, 0), getByte(others, 0)]) {
    byPair[hashPair(first, getByte(next.bytes, at))] = 1;
    byPair[hashPair(first, getByte(next.others, at))] = 1;
  }
}

function getByte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function getForms({ characters, toForms, toLaterForms = toForms }: Pattern, at: number): readonly Form[] {
  const character = characters[at];
  if (character === undefined) return [];
  return at === 0 ? toForms(character) : toLaterForms(character);
}

const pairs = 4096;

function hashPair(first: number, next: number): number {
  return ((first << 4) ^ next) & (pairs - 1);
}
