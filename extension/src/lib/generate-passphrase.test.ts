import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countPassphraseBits, generatePassphrase, type PassphraseRules, separators } from './generate-passphrase.ts';
import { toSeededSource } from './random.fixture.ts';

const anyRules: fc.Arbitrary<PassphraseRules> = fc.record({
  words: fc.integer({ min: 3, max: 12 }),
  separator: fc.constantFrom(...separators),
  capitals: fc.boolean(),
  digit: fc.boolean(),
});

test('a passphrase is words of the list as the rules have them, and can be read in one way only', () => {
  const known = new Set(wordlist);
  fc.assert(
    fc.property(anyRules, fc.nat(), (rules, seed) => {
      const words = generatePassphrase(rules, toSeededSource(seed)).split(rules.separator);
      expect(words).toHaveLength(rules.words);
      expect(words.filter((word) => /\d$/.test(word))).toHaveLength(rules.digit ? 1 : 0);
      for (const word of words) {
        expect(known.has(word.replace(/\d$/, '').toLowerCase())).toBe(true);
        expect(/^[A-Z]/.test(word)).toBe(rules.capitals);
      }
    }),
  );
});

test('every word is drawn, about as often as every other', () => {
  const random = toSeededSource(3);
  const counts = new Map<string, number>();
  const rules: PassphraseRules = { words: 12, separator: ' ', capitals: false, digit: false };
  for (let round = 0; round < 4000; round++) {
    for (const word of generatePassphrase(rules, random).split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  expect(counts.size).toBe(2048);
  const expected = (4000 * 12) / 2048;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(Math.abs((chiSquare - 2047) / Math.sqrt(2 * 2047))).toBeLessThan(4);
});

test('the list is what the count of bits takes it for: 2048 different words', () => {
  expect(new Set(wordlist).size).toBe(2048);
  const rules: PassphraseRules = { words: 6, separator: '-', capitals: true, digit: false };
  expect(countPassphraseBits(rules)).toBe(66);
  expect(countPassphraseBits({ ...rules, digit: true })).toBeCloseTo(66 + Math.log2(60), 10);
});
