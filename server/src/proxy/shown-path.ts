// How a path is named in the log and to its owner: one name for each address, and none for two. Pure.

/** What no screen shows, or the log cannot hold. */
const hidden = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
/** What means the same either way (RFC 3986 §2.3). */
const unreserved = /^[A-Za-z0-9\-._~]$/;
const encoded = /(?:%[0-9a-f]{2})+/gi;

/**
 * A path with its letters readable, and what is reserved in the spelling in which it came (RFC 3986 §6.2.2): `%2F` is no
 * slash, and `%3A` no colon. What cannot be decoded stays as it is.
 * @param rawPath as it was sent: attacker-controlled.
 */
export function toShownPath(rawPath: string): string {
  return toNamed(rawPath).replace(encoded, (run) => {
    const text = decode(run);
    return text === null ? run : [...text].map(toShown).join('');
  });
}

/** A path as it came, in characters that can be seen: for what hides or climbs, and goes nowhere. */
export function toNamed(rawPath: string): string {
  return [...rawPath].map((character) => (hidden.test(character) ? encodeURIComponent(character) : character)).join('');
}

function toShown(character: string): string {
  if (character > '\u007f') return hidden.test(character) ? encodeURIComponent(character) : character;
  if (unreserved.test(character)) return character;
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function decode(run: string): string | null {
  try {
    return decodeURIComponent(run);
  } catch {
    return null;
  }
}
