// Takes injected values out of what comes back, wherever an upstream repeats them: as they are, or as base64, percent
// encoding or JSON write them. Each is overwritten by as many asterisks, so that lengths stay right.

/** Shorter values stand in innocent text by chance; they are no secrets that a stranger could not guess either. */
const lengthMin = 6;

export interface Scrubber {
  /** A header's value without what must not come back. */
  scrubText(text: string): string;
  /** Scrubs one stream. */
  start(): ScrubStream;
}

export interface ScrubStream {
  /** What can be handed on by now: all but an end that may be the beginning of a value. */
  push(chunk: Buffer): Buffer;
  /** The rest. */
  end(): Buffer;
}

/** @param secrets the injected values, and whole headers that were made of them. */
export function createScrubber(secrets: readonly string[]): Scrubber {
  const needles = [...new Set(secrets.filter(({ length }) => length >= lengthMin).flatMap(toForms))]
    .map((text) => Buffer.from(text, 'utf8'))
    .filter(({ length }) => length >= lengthMin)
    .sort((one, other) => other.length - one.length);
  return {
    scrubText: (text) => {
      // Header values are bytes, which the platform reads as Latin-1.
      const bytes = Buffer.from(text, 'latin1');
      overwrite(bytes, needles);
      return bytes.toString('latin1');
    },
    start: () => createStream(needles),
  };
}

function createStream(needles: readonly Buffer[]): ScrubStream {
  let held: Buffer = Buffer.alloc(0);
  return {
    push: (chunk) => {
      if (needles.length === 0) return chunk;
      // A copy: the chunk's memory is not ours to write to.
      const bytes = Buffer.concat([held, chunk]);
      overwrite(bytes, needles);
      const keep = findOpenEnd(bytes, needles);
      held = bytes.subarray(bytes.length - keep);
      return bytes.subarray(0, bytes.length - keep);
    },
    end: () => {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

function overwrite(bytes: Buffer, needles: readonly Buffer[]): void {
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + needle.length)) {
      bytes.fill('*', at, at + needle.length);
    }
  }
}

/** Length of the longest end of the bytes with which a needle begins. */
function findOpenEnd(bytes: Buffer, needles: readonly Buffer[]): number {
  let longest = 0;
  for (const needle of needles) {
    const most = Math.min(needle.length - 1, bytes.length);
    for (let length = most; length > longest; length--) {
      if (bytes.compare(needle, 0, length, bytes.length - length) === 0) longest = length;
    }
  }
  return longest;
}

/** All the ways in which a value may stand in an answer. */
function toForms(secret: string): string[] {
  const plain = [secret, ...toJsonForms(secret), ...toPercentForms(secret)];
  return [...plain, ...toBase64Forms(secret), toHex(secret), toHex(secret).toUpperCase()];
}

function toJsonForms(secret: string): string[] {
  const usual = JSON.stringify(secret).slice(1, -1);
  const ascii = [...usual].map(toAscii).join('');
  const upper = ascii.replaceAll(/\\u[0-9a-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`);
  const forms = [usual, ascii, upper];
  const html = ascii.replaceAll(/[<>&'=+]/g, (character) => toEscape(character));
  return [...forms, ...forms.map((form) => form.replaceAll('/', '\\/')), html];
}

function toAscii(character: string): string {
  return character <= '~' ? character : [...character.split('')].map(toEscape).join('');
}

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function toPercentForms(secret: string): string[] {
  // Lone surrogates have no percent encoding; as bytes they are a replacement character.
  const sent = Buffer.from(secret, 'utf8').toString('utf8');
  const component = encodeURIComponent(sent);
  const strict = component.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = new URLSearchParams({ '': sent }).toString().slice(1);
  const path = encodeURI(sent);
  const all = [component, strict, form, path];
  return [...all, ...all.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/**
 * A value in base64 depends on what stands before it: by one of three places it begins at. Only the characters that are the
 * value's alone are taken, in both alphabets.
 */
function toBase64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = Math.ceil((before * 8) / 6);
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return text.slice(first, whole);
  });
  const whole = bytes.toString('base64').replaceAll('=', '');
  const all = [...forms, whole];
  return [...all, ...all.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

function toHex(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('hex');
}
