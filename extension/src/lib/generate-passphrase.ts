// Passphrases: random words of a list that was made for it, each word as likely as every other at every place.

import { drawIndex, type RandomSource } from './random-index.ts';
import { words as wordList } from './word-list.ts';

export const wordCount = { min: 3, max: 12 } as const;
export const separators = ['-', ' ', '.', '_'] as const;
export type Separator = (typeof separators)[number];

export interface PassphraseRules {
  /** Within `wordCount`. */
  readonly words: number;
  /** Never empty: words that run into each other are hard to read. */
  readonly separator: Separator;
  /** Each word begins with a capital. */
  readonly capitals: boolean;
  /** A digit behind one of the words, as some sites demand. */
  readonly digit: boolean;
}

export function generatePassphrase(rules: PassphraseRules, random: RandomSource): string {
  const words = Array.from({ length: rules.words }, () => wordList[drawIndex(wordList.length, random)] ?? '').map(
    (word) => (rules.capitals ? word.charAt(0).toUpperCase() + word.slice(1) : word),
  );
  if (!rules.digit) return words.join(rules.separator);
  const place = drawIndex(words.length, random);
  const digit = drawIndex(10, random);
  return words.map((word, index) => (index === place ? `${word}${digit}` : word)).join(rules.separator);
}

/** The logarithm to the base 2 of how many passphrases fit the rules. */
export function countPassphraseBits({ words, digit }: PassphraseRules): number {
  return words * Math.log2(wordList.length) + (digit ? Math.log2(10 * words) : 0);
}
