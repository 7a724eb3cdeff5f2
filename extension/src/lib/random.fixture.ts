// Random bytes that come out the same each time (xorshift128+, from two seeds), for tests that count.

import type { RandomSource } from './random-index.ts';

export function toSeededSource(seed: number): RandomSource {
  const mask = (1n << 64n) - 1n;
  let [a, b] = [BigInt(seed) + 0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n];
  const next = () => {
    let [x, y] = [a, b];
    a = y;
    x = (x ^ (x << 23n)) & mask;
    x ^= x >> 17n;
    y ^= y >> 26n;
    b = x ^ y;
    return Number(((a + b) & mask) >> 56n);
  };
  for (let warm = 0; warm < 64; warm++) next();
  return (length) => Uint8Array.from({ length }, next);
}
