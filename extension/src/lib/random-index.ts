// Choosing without bias: every index is as likely as every other.

/** Random bytes, as many as asked for. */
export type RandomSource = (length: number) => Uint8Array;

/** The browser's own generator. */
export const browserSource: RandomSource = (length) => crypto.getRandomValues(new Uint8Array(length));

/**
 * A whole number from 0 to below `count`, at most 65,536. Two bytes are drawn, and drawn again where they fall beyond the
 * largest multiple of `count`: what is left divides evenly, so that no remainder favours the small ones.
 */
export function drawIndex(count: number, random: RandomSource): number {
  const limit = 65_536 - (65_536 % count);
  for (;;) {
    const [high = 0, low = 0] = random(2);
    const drawn = high * 256 + low;
    if (drawn < limit) return drawn % count;
  }
}
