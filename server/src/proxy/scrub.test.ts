import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrubber } from './scrub.ts';

/** Scrubs an answer that arrives in chunks that end at these places. */
function scrub(secrets: string[], answer: Buffer, cuts: readonly number[] = []): Buffer {
  const stream = createScrubber(secrets).start();
  const places = [0, ...[...cuts].sort((one, other) => one - other), answer.length];
  const chunks = places.slice(1).map((to, at) => stream.push(Buffer.from(answer.subarray(places[at], to))));
  return Buffer.concat([...chunks, stream.end()]);
}

const scrubbed = (secret: string, text: string) => scrub([secret], Buffer.from(text)).toString();
const awkward = 'p+/=?&"\\<k>\'e y\n%é€😀~!*()$#';

const base64Of = (text: string) => Buffer.from(text).toString('base64');
const percentAll = (text: string) =>
  Buffer.from(text)
    .toString('hex')
    .replaceAll(/../g, (code) => `%${code}`);
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const unicodeAll = (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  encodeURIComponent: encodeURIComponent,
  encodeURI: encodeURI,
  'percent in lower case': (text) => encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase()),
  'percent, every byte': percentAll,
  'percent, as Python’s quote does': (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('!', '%21'),
  'percent, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'a form': (text) => new URLSearchParams({ k: text }).toString().slice(2),
  JSON: json,
  'JSON with slashes escaped': (text) => json(text).replaceAll('/', '\\/'),
  'JSON in ASCII': (text) => json(text).replaceAll(/[^ -~]/g, unicodeAll),
  'JSON with markup escaped, as Go does': (text) => json(text).replaceAll(/[<>&]/g, unicodeAll),
  'JSON, every character': unicodeAll,
  'JSON in upper case': (text) => unicodeAll(text).replaceAll(/u..../g, (code) => `u${code.slice(1).toUpperCase()}`),
  'JSON in JSON': (text) => json(json(text)),
  'JSON in JSON in JSON': (text) => json(json(json(text))),
  HTML: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  hex: (text) => Buffer.from(text).toString('hex'),
  HEX: (text) => Buffer.from(text).toString('hex').toUpperCase(),
};

describe.each(Object.entries(encodings))('written as %s', (_name, encode) => {
  test.each(['sk-live-0123456789abcdef', awkward])('nothing of %j comes back', (secret) => {
    const written = encode(secret);
    const length = Buffer.byteLength(written);
    expect(scrubbed(secret, `before ${written} after`)).toBe(`before ${'*'.repeat(length)} after`);
  });
});

test.each(['\n', '\r\n'])('nothing comes back in base64 whose lines end at %j, nor in that as JSON', (lineBreak) => {
  const secret = 'sk-live-0123456789abcdef-0123456789abcdef';
  for (const before of ['', 'u', 'us']) {
    const written = base64Of(`${before}${secret}`).replaceAll(/(.{10})/g, `$1${lineBreak}`);
    for (const text of [written, json(written), json(json(written))]) {
      const left = scrubbed(secret, text)
        .replaceAll(/[\s\\rn]/g, '')
        .replaceAll('*', '');
      expect(left.length, text).toBeLessThanOrEqual(8);
    }
  }
});

test('blanks at the ends of a secret are no part of it: headers lose them', () => {
  expect(scrubbed(' sk-live-0123456789\t', 'key sk-live-0123456789.')).toBe('key ******************.');
});

test('a header is not named by a secret, in whichever case', () => {
  const scrubber = createScrubber(['sk_Live_0123']);
  expect(scrubber.isHeldBy('x-sk_live_0123')).toBe(true);
  expect(scrubber.isHeldBy('x-sk_live_012')).toBe(false);
});

test.each([awkward, 'sk-live-0123456789abcdef'])(
  'nothing of %j comes back inside of base64, wherever it begins there',
  (secret) => {
    for (const before of ['', 'u', 'us', 'use', 'user:']) {
      for (const after of ['', ':', '::', ':::']) {
        const written = base64Of(before + secret + after);
        for (const text of [
          written,
          written.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
          encodeURIComponent(written),
          written.replaceAll('/', '\\/'),
        ]) {
          const answer = scrubbed(secret, `{"a":"${text}"}`);
          expect(answer.length).toBe(text.length + 8);
          // The characters at its ends hold a few bits of the value beside those of their neighbours.
          expect(answer.replaceAll('*', '').length).toBeLessThan(16 + ((before.length + after.length) * 8) / 6);
          expect(Buffer.from(answer.slice(6, -2), 'base64').toString()).not.toContain(secret.slice(1, -1));
        }
      }
    }
  },
);

test('two values that overlap are both overwritten, whichever ends later', () => {
  expect(scrub(['abcdefgh', 'efghijkl'], Buffer.from('-abcdefghijkl-')).toString()).toBe('-************-');
  expect(scrub(['abcdefgh', 'efghijkl'], Buffer.from('-abcdefghijkl-'), [5, 10]).toString()).toBe('-************-');
  expect(scrub(['xyxyxyxy'], Buffer.from('-xyxyxyxyxy-'), [3]).toString()).toBe('-**********-');
});

test('however an answer is cut, it comes out as it would in one piece', () => {
  const secret = fc.oneof(
    fc.string({ minLength: 6, maxLength: 12, unit: 'grapheme' }),
    fc.stringMatching(/^[ab%\\]{6,9}$/),
  );
  const piece = (secrets: string[]) =>
    fc.oneof(
      fc.string(),
      fc.stringMatching(/^[ab%\\25]{0,9}$/),
      fc
        .tuple(fc.constantFrom(...secrets), fc.constantFrom(...Object.values(encodings), base64Of))
        .map(([value, encode]) => {
          try {
            return encode(value);
          } catch {
            return value; // Lone surrogates have no percent encoding.
          }
        }),
      fc.constantFrom(...secrets).chain((value) => fc.nat(value.length).map((end) => value.slice(0, end))),
    );
  const cases = fc
    .array(secret, { minLength: 1, maxLength: 3 })
    .chain((secrets) =>
      fc.tuple(
        fc.constant(secrets),
        fc.array(piece(secrets), { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 30 }),
      ),
    );
  fc.assert(
    fc.property(cases, ([secrets, pieces, cuts]) => {
      const answer = Buffer.from(pieces.join(''));
      const whole = scrub(secrets, answer);
      const places = cuts.map((place) => Math.min(place, answer.length));
      expect(scrub(secrets, answer, places).toString('latin1')).toBe(whole.toString('latin1'));
      expect(whole.length).toBe(answer.length);
      for (const value of secrets) expect(whole.includes(Buffer.from(value))).toBe(/^\*+$/.test(value));
    }),
    { numRuns: 500 },
  );
});

test('a chunk is held back only from where a value may begin, so that events are not late', () => {
  const stream = createScrubber(['secret-value']).start();
  expect(stream.push(Buffer.from('data: {"a":1}\n\n')).toString()).toBe('data: {"a":1}\n\n');
  expect(stream.push(Buffer.from('data: see sec')).toString()).toBe('data: see ');
  expect(stream.push(Buffer.from('tion')).toString()).toBe('section');
  expect(stream.push(Buffer.from('secret-v')).toString()).toBe('');
  expect(stream.push(Buffer.from('alue.')).toString()).toBe('************.');
  expect(stream.end().toString()).toBe('');
});

test('values too short to be told from text are left alone; without any, chunks pass untouched', () => {
  expect(scrubbed('short', 'a short answer')).toBe('a short answer');
  const chunk = Buffer.from('anything');
  expect(createScrubber([]).start().push(chunk)).toBe(chunk);
});

test('a chunk that is handed in is not written to', () => {
  const chunk = Buffer.from('my secret-value');
  createScrubber(['secret-value']).start().push(chunk);
  expect(chunk.toString()).toBe('my secret-value');
});

test('a header’s value is scrubbed as bytes', () => {
  const { scrubText } = createScrubber(['clé-secrète']);
  expect(scrubText('x clé-secrète y')).toBe('x *********** y');
  expect(scrubText(Buffer.from('x clé-secrète y').toString('latin1'))).toBe('x ************* y');
});
