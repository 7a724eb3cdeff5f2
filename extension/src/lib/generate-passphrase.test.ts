import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countPassphraseBits, generatePassphrase, type PassphraseRules, separators } from './generate-passphrase.ts';
import { toSeededSource } from './random.fixture.ts';
import { browserSource } from './random-index.ts';
import { words as wordList } from './word-list.ts';

const anyRules: fc.Arbitrary<PassphraseRules> = fc.record({
  words: fc.integer({ min: 3, max: 12 }),
  separator: fc.constantFrom(...separators),
  capitals: fc.boolean(),
  digit: fc.boolean(),
});
const plain: PassphraseRules = { words: 12, separator: ' ', capitals: false, digit: false };

/** The words of a passphrase as its reader finds them; some hold a dash of their own. */
function readWords(passphrase: string, separator: string): string[] {
  const known = new Set(wordList);
  const read: string[] = [];
  for (let rest = passphrase; rest !== ''; ) {
    const lengths = Array.from(rest, (_, end) => end + 1).filter((end) => known.has(rest.slice(0, end).toLowerCase()));
    expect(lengths, `one word and no other begins ${rest}`).toHaveLength(1);
    const word = rest.slice(0, lengths[0]) + (/^\d/.exec(rest.slice(lengths[0]))?.[0] ?? '');
    read.push(word);
    rest = rest.slice(word.length);
    if (rest === '') break;
    expect(rest.startsWith(separator)).toBe(true);
    rest = rest.slice(separator.length);
  }
  return read;
}

test('a passphrase is words of the list as the rules have them, and can be read in one way only', () => {
  fc.assert(
    fc.property(anyRules, fc.nat(), (rules, seed) => {
      const words = readWords(generatePassphrase(rules, toSeededSource(seed)), rules.separator);
      expect(words).toHaveLength(rules.words);
      expect(words.filter((word) => /\d$/.test(word))).toHaveLength(rules.digit ? 1 : 0);
      for (const word of words) expect(/^[A-Z]/.test(word)).toBe(rules.capitals);
    }),
  );
});

test('every word is drawn, about as often as every other', () => {
  const random = toSeededSource(3);
  const rounds = 12_000;
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const word of generatePassphrase(plain, random).split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  expect(counts.size).toBe(7776);
  const expected = (rounds * 12) / 7776;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(Math.abs((chiSquare - 7775) / Math.sqrt(2 * 7775))).toBeLessThan(4);
});

test('a word is drawn anew at each place, so the same one may come twice', () => {
  // Of 50,000 passphrases of 12 words about 425 hold a word twice. Drawn without putting back, none would.
  const random = toSeededSource(4);
  const rounds = 50_000;
  let doubled = 0;
  for (let round = 0; round < rounds; round++) {
    if (new Set(generatePassphrase(plain, random).split(' ')).size < 12) doubled++;
  }
  const share = 1 - Array.from({ length: 12 }, (_, n) => 1 - n / 7776).reduce((product, part) => product * part, 1);
  const deviation = Math.sqrt(rounds * share * (1 - share));
  expect(Math.abs(doubled - rounds * share) / deviation).toBeLessThan(4);
});

test('no two are alike', () => {
  const passphrases = Array.from({ length: 1000 }, () => generatePassphrase({ ...plain, words: 6 }, browserSource));
  expect(new Set(passphrases).size).toBe(1000);
});

test('the bits are those of as many throws of five dice, and of the digit with its place', () => {
  const rules: PassphraseRules = { words: 6, separator: '-', capitals: true, digit: false };
  expect(countPassphraseBits(rules)).toBeCloseTo(30 * Math.log2(6), 10);
  expect(countPassphraseBits({ ...rules, digit: true })).toBeCloseTo(30 * Math.log2(6) + Math.log2(60), 10);
});
