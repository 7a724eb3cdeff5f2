// An instant in words, for sentences that the server writes.

/** "18:00 UTC on 25 November": the server does not know where its reader is. */
export function toTimeWords(atMs: number): string {
  const at = new Date(atMs);
  const time = at.toISOString().slice(11, 16);
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return `${time} UTC on ${day}`;
}
