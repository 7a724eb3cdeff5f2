// Passwords of random characters: every password that fits the rules is as likely as every other.

import { drawIndex, type RandomSource } from './random-index.ts';

export const characterClasses = ['lower', 'upper', 'digits', 'symbols'] as const;
export type CharacterClass = (typeof characterClasses)[number];

export const passwordLength = { min: 8, max: 128 } as const;

export interface PasswordRules {
  /** Within `passwordLength`. */
  readonly length: number;
  /** At least one; each of them occurs in the password. */
  readonly classes: readonly CharacterClass[];
  /** Leaves out what is mistaken for something else when it is read aloud or typed from paper. */
  readonly readable: boolean;
}

const alphabets: Record<CharacterClass, string> = {
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  // Without quotes, backslash, angle brackets, blank: forms and shells still break on those.
  symbols: '!#$%&()*+,-./:;=?@[]^_{|}~',
};
const ambiguous = /[Il1|O0o,.;:]/g;

/**
 * Draws whole passwords until one holds every class. So the last character says nothing about the others, which it would
 * if a missing class were put in afterwards. Of the shortest with all classes nearly half are drawn again.
 */
export function generatePassword(rules: PasswordRules, random: RandomSource): string {
  const sets = toAlphabets(rules);
  const all = sets.join('');
  for (;;) {
    const password = Array.from({ length: rules.length }, () => all[drawIndex(all.length, random)]).join('');
    if (sets.every((set) => [...password].some((character) => set.includes(character)))) return password;
  }
}

/** The logarithm to the base 2 of how many passwords fit the rules, by inclusion and exclusion of the classes. */
export function countPasswordBits(rules: PasswordRules): number {
  const sizes = toAlphabets(rules).map(({ length }) => length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let without = [{ left: all, sign: 1 }];
  for (const size of sizes) without = without.flatMap((part) => [part, { left: part.left - size, sign: -part.sign }]);
  // As parts of all there are without the demand: the numbers themselves are too large.
  const share = without.reduce((sum, { left, sign }) => sum + sign * (left / all) ** rules.length, 0);
  return rules.length * Math.log2(all) + Math.log2(share);
}

function toAlphabets({ classes, readable }: PasswordRules): string[] {
  return classes.map((name) => (readable ? alphabets[name].replace(ambiguous, '') : alphabets[name]));
}
