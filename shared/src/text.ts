// Text that people and agents type: bounded, and free of what a database or a screen cannot hold.

import { z } from 'zod';

// Also what breaks a line elsewhere, and what turns the writing direction of all that follows it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, but line breaks and tabs are fine.
const controlCharactersInProse = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** One line of text: trimmed, 1 to `max` characters, no control characters, no lone surrogates. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !controlCharacters.test(value), 'must be one line without control characters')
    .refine(isWellFormed, 'must be well-formed Unicode');
}

/** Several lines of text, kept as typed, at most `max` characters. */
export function prose(max: number) {
  return z
    .string()
    .max(max)
    .refine((value) => !controlCharactersInProse.test(value), 'must not hold control characters')
    .refine(isWellFormed, 'must be well-formed Unicode');
}

/** Removes what `line` would refuse and cuts to `max`; for values that strangers send, such as a user agent. */
export function toOneLine(value: string, max: number): string {
  return (
    [...value.slice(0, max * 2)]
      .filter((character) => !controlCharacters.test(character) && isWellFormed(character))
      .join('')
      .trim()
      .slice(0, max)
      // The cut may have gone through a character of two halves.
      .replace(/[\ud800-\udbff]$/, '')
  );
}

function isWellFormed(value: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
}
