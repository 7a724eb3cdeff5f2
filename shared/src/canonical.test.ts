import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalize } from './canonical.ts';

const vectors = new URL('../../../shared/vectors/jcs/testdata/', import.meta.url);
if (!existsSync(vectors)) console.warn(`SKIPPED: the RFC 8785 vectors are not at ${vectors.pathname}`);

describe.skipIf(!existsSync(vectors))('RFC 8785 vectors', () => {
  const names = existsSync(vectors) ? readdirSync(new URL('input/', vectors)) : [];
  test.each(names)('%s', (name) => {
    const input = JSON.parse(readFileSync(new URL(`input/${name}`, vectors), 'utf8'));
    expect(canonicalize(input)).toBe(readFileSync(new URL(`output/${name}`, vectors), 'utf8').trimEnd());
  });
});

test('the order in which members were written does not show', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalize(reversed)).toBe(canonicalize(value));
    }),
  );
});

test('canonical text reads back as the same value and is canonical itself', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      const text = canonicalize(value as never);
      expect(canonicalize(JSON.parse(text))).toBe(text);
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, '\ud800', ['\udfff x']])('%j has no canonical form', (value) => {
  expect(() => canonicalize(value)).toThrow(TypeError);
});

test('undefined members are left out', () => {
  expect(canonicalize({ b: undefined, a: 1 })).toBe('{"a":1}');
});
