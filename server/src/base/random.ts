// Random bytes in small portions: one system call fills many, since each costs more than the bytes do.

import { randomFillSync } from 'node:crypto';
import type { RandomBytes } from '@keytrail/shared/ids';

const poolBytes = 4096;

/** A source of cryptographic random bytes. Every byte is given out once and wiped from the pool. */
export function createRandomSource(): RandomBytes {
  const pool = new Uint8Array(poolBytes);
  let next = poolBytes;
  return (length) => {
    if (length > poolBytes) return randomFillSync(new Uint8Array(length));
    if (next + length > poolBytes) {
      randomFillSync(pool);
      next = 0;
    }
    const bytes = pool.slice(next, next + length);
    pool.fill(0, next, next + length);
    next += length;
    return bytes;
  };
}
