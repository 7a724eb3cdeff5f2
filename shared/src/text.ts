// Text that people and agents type: bounded, and free of what a database or a screen cannot hold.

import { z } from 'zod';
import { withoutKeys } from './ids.ts';
import { isSeen, toSeen } from './seen.ts';

// Also what breaks a line elsewhere, and what turns the writing direction of all that follows it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, but line breaks and tabs are fine.
const controlCharactersInProse = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** One line of text that shows: trimmed, 1 to `max` characters, no control characters, no lone surrogates. */
export function line(max: number) {
  return recordedLine(max).refine(isSeen, 'must hold a character that can be seen');
}

/** The same where it need not show: what was stored before must go into the log all the same. */
export function recordedLine(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !controlCharacters.test(value), 'must be one line without control characters')
    .refine(isWellFormed, 'must be well-formed Unicode');
}

/** A line that people tell things apart by: two that look the same are the same. */
export function name(max: number) {
  return line(max).overwrite(toSeen);
}

/** What an agent says that it needs something for. Its owner reads it, and the log keeps it: never a key. */
export const reason = line(500).overwrite(withoutKeys);

/** Several lines of text, kept as typed, at most `max` characters. */
export function prose(max: number) {
  return z
    .string()
    .max(max)
    .refine((value) => !controlCharactersInProse.test(value), 'must not hold control characters')
    .refine(isWellFormed, 'must be well-formed Unicode');
}

/** Removes what `line` would refuse and cuts to `max`, empty where nothing shows; for values that strangers send, such as a user agent. */
export function toOneLine(value: string, max: number): string {
  const shown = [...value.slice(0, max * 2)]
    .filter((character) => !controlCharacters.test(character) && isWellFormed(character))
    .join('')
    .trim()
    .slice(0, max)
    // The cut may have gone through a character of two halves.
    .replace(/[\ud800-\udbff]$/, '');
  return isSeen(shown) ? shown : '';
}

function isWellFormed(value: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
}
