// What of a text can be seen. Invisible letters pass for names and reasons otherwise.

// What draws nothing, such as a zero-width space; Unicode counts the empty Braille cell as drawn.
const unseen = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;
const seen = /[^\p{Default_Ignorable_Code_Point}\u2800\s]/u;

/** True where at least one character can be seen. */
export function isSeen(text: string): boolean {
  return seen.test(text);
}

/** How many characters there are to see, with the spaces between them. */
export function countSeen(text: string): number {
  return [...text.replace(unseen, '').trim()].length;
}

/** Without the characters that draw nothing, but those that join others into one, and in one form of Unicode. */
export function toSeen(text: string): string {
  return text
    .normalize('NFC')
    .replace(/(?!\u200c|\u200d|\ufe0f|[\u{e0020}-\u{e007f}])\p{Default_Ignorable_Code_Point}/gu, '')
    .trim();
}
