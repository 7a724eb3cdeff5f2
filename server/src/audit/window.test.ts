import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intersect, isEmpty, slotMicros, splitAtSlots, toInstant, toMicros, toWindow } from './window.ts';

describe('instants', () => {
  test.each([
    ['2026-11-24T10:00:00.123456Z', '2026-11-24T10:00:00.123456Z'],
    ['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000000Z'],
    ['2026-11-24T10:00:00.5Z', '2026-11-24T10:00:00.500000Z'],
    ['2026-11-24T10:00:00.1234567Z', '2026-11-24T10:00:00.123456Z'],
  ])('%s is read and written as %s', (text, expected) => expect(toInstant(toMicros(text))).toBe(expected));
});

describe('a window', () => {
  const at = (micros: bigint) => toInstant(micros);

  test('is the filter’s dates and what lies beside the place of the page', () => {
    expect(toWindow({ from: at(5n), to: at(50n) }, { before: at(40n) })).toEqual({ low: 5n, high: 40n });
    expect(toWindow({ from: at(5n), to: at(50n) }, { after: at(9n) })).toEqual({ low: 10n, high: 50n });
    expect(isEmpty(toWindow({ from: at(5n) }, { before: at(5n) }))).toBe(true);
  });

  test('falls apart into whole half hours and at most two edges, with nothing lost or twice', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, slotMicros * 9n), fc.bigInt(0n, slotMicros * 9n), (one, other) => {
        const window = { low: one, high: other };
        const { whole, edges } = splitAtSlots(window);
        const parts = [whole, ...edges].filter((part) => !isEmpty(part));
        const length = parts.reduce((sum, { low, high }) => sum + high - low, 0n);
        expect(length).toBe(isEmpty(window) ? 0n : other - one);
        for (const part of parts) expect(intersect(part, window)).toEqual(part);
        expect([whole.low % slotMicros, whole.high % slotMicros]).toEqual([0n, 0n]);
      }),
    );
  });
});
