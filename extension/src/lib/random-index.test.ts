import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawIndex } from './random-index.ts';

test('of all pairs of bytes, every index is hit equally often: there is no bias left', () => {
  for (const count of [1, 2, 3, 10, 26, 62, 88, 256, 257, 3000, 7776]) {
    const hits = new Array<number>(count).fill(0);
    for (let pair = 0; pair < 65_536; pair++) {
      // Once refused, the next draw is the same for all and is taken out again.
      let draws = 0;
      const index = drawIndex(count, () => Uint8Array.from(draws++ === 0 ? [pair >> 8, pair & 255] : [0, 0]));
      if (draws === 1) hits[index] = (hits[index] ?? 0) + 1;
    }
    expect(new Set(hits).size, `of ${count}`).toBe(1);
    expect(hits[0]).toBe(Math.floor(65_536 / count));
  }
});

test('what falls beyond the last multiple is drawn again, from fresh bytes', () => {
  const bytes = [
    [255, 255],
    [255, 254],
    [1, 2],
  ];
  expect(drawIndex(1000, () => Uint8Array.from(bytes.shift() ?? []))).toBe(258);
  expect(bytes).toEqual([]);
});

test('it is always within its bounds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 65_536 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (count, stream) => {
        const random = (length: number) => Uint8Array.from({ length }, () => stream.next().value);
        const index = drawIndex(count, random);
        expect(index >= 0 && index < count && Number.isInteger(index)).toBe(true);
      },
    ),
  );
});
