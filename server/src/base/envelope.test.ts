import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameSealing, open, readKeyVersion, rewrap, seal, toMasterKeys } from './envelope.ts';

/** Keys of these versions; the highest seals. */
const keys = (...versions: number[]) =>
  toMasterKeys(Math.max(...versions), new Map(versions.map((version) => [version, Buffer.alloc(32, version)])));
const context = { accountId: 'a', credentialId: 'c', field: 'password', version: 1 };
const others: [string, typeof context][] = [
  ['account', { ...context, accountId: 'b' }],
  ['credential', { ...context, credentialId: 'd' }],
  ['field', { ...context, field: 'totp' }],
  ['version', { ...context, version: 2 }],
];
const headBytes = 65;

test('what is sealed opens again, and is not readable in its box', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const box = seal(keys(1), context, text);
      expect(open(keys(1), context, box)).toBe(text);
      if (text.length > 8) expect(box.includes(Buffer.from(text))).toBe(false);
    }),
  );
});

test.each(others)('a box does not open under another %s', (_, other) => {
  const box = seal(keys(1), context, 'secret');
  expect(() => open(keys(1), other, box)).toThrow();
});

test('no flipped bit, cut or lengthened box opens', () => {
  const box = seal(keys(1), context, 'secret');
  for (let index = 0; index < box.length; index++) {
    const flipped = Buffer.from(box);
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
    expect(() => open(keys(1), context, flipped), `byte ${index}`).toThrow();
  }
  for (const other of [box.subarray(0, -1), Buffer.concat([box, Buffer.alloc(1)]), Buffer.alloc(0)]) {
    expect(() => open(keys(1), context, other)).toThrow();
  }
});

test('an older master key still opens what it sealed; a missing or other one does not', () => {
  const box = seal(keys(1), context, 'secret');
  expect(open(keys(1, 2), context, box)).toBe('secret');
  expect(() => open(keys(2), context, box)).toThrow('version 1 is not held');
  const other = toMasterKeys(1, new Map([[1, randomBytes(32)]]));
  expect(() => open(other, context, box)).toThrow();
});

test('two boxes of one secret differ', () => {
  expect(seal(keys(1), context, 'secret').equals(seal(keys(1), context, 'secret'))).toBe(false);
});

test('a re-wrapped box opens with the new key alone, and only its head has changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const box = seal(keys(1), context, text);
      const moved = rewrap(keys(1, 2), context, box);
      expect([readKeyVersion(box), readKeyVersion(moved)]).toEqual([1, 2]);
      expect(open(keys(2), context, moved)).toBe(text);
      expect(() => open(keys(1), context, moved)).toThrow('version 2 is not held');
      expect(moved.subarray(headBytes).equals(box.subarray(headBytes))).toBe(true);
      expect(moved.length).toBe(box.length);
    }),
  );
});

test('a box is known again after it was re-wrapped; one that was sealed anew is another', () => {
  const box = seal(keys(1), context, 'secret');
  expect(isSameSealing(rewrap(keys(1, 2), context, box), box)).toBe(true);
  expect(isSameSealing(seal(keys(1), context, 'secret'), box)).toBe(false);
  expect(isSameSealing(Buffer.alloc(0), Buffer.alloc(0))).toBe(false);
});

test.each(others)('a box is not re-wrapped under another %s', (_, other) => {
  const box = seal(keys(1), context, 'secret');
  expect(() => rewrap(keys(1, 2), other, box)).toThrow();
});

test('no box with a flipped bit in its head is re-wrapped, nor one whose key is missing or another', () => {
  const box = seal(keys(1), context, 'secret');
  for (let index = 0; index < headBytes; index++) {
    const flipped = Buffer.from(box);
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
    expect(() => rewrap(keys(1, 2), context, flipped), `byte ${index}`).toThrow();
  }
  expect(() => rewrap(keys(2), context, box)).toThrow('version 1 is not held');
  const other = toMasterKeys(2, new Map([1, 2].map((version) => [version, randomBytes(32)])));
  expect(() => rewrap(other, context, box)).toThrow();
});

test('a re-wrapped box that was tampered with behind its head does not open', () => {
  const moved = rewrap(keys(1, 2), context, seal(keys(1), context, 'secret'));
  for (let index = 0; index < moved.length; index++) {
    const flipped = Buffer.from(moved);
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
    expect(() => open(keys(1, 2), context, flipped), `byte ${index}`).toThrow();
  }
});
