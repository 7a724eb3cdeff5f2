import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MasterKeys, open, seal } from './envelope.ts';

const keys = (...versions: number[]): MasterKeys => ({
  newest: Math.max(...versions),
  byVersion: new Map(versions.map((version) => [version, Buffer.alloc(32, version)])),
});
const context = { accountId: 'a', credentialId: 'c', field: 'password', version: 1 };

test('what is sealed opens again, and is not readable in its box', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const box = seal(keys(1), context, text);
      expect(open(keys(1), context, box)).toBe(text);
      if (text.length > 8) expect(box.includes(Buffer.from(text))).toBe(false);
    }),
  );
});

test.each([
  ['account', { ...context, accountId: 'b' }],
  ['credential', { ...context, credentialId: 'd' }],
  ['field', { ...context, field: 'totp' }],
  ['version', { ...context, version: 2 }],
])('a box does not open under another %s', (_, other) => {
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
  expect(() => open(keys(2), context, box)).toThrow('version 1 is not configured');
  const other = { newest: 1, byVersion: new Map([[1, randomBytes(32)]]) };
  expect(() => open(other, context, box)).toThrow();
});

test('two boxes of one secret differ', () => {
  expect(seal(keys(1), context, 'secret').equals(seal(keys(1), context, 'secret'))).toBe(false);
});
