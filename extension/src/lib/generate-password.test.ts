import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characterClasses, countPasswordBits, generatePassword, type PasswordRules } from './generate-password.ts';
import { toSeededSource } from './random.fixture.ts';
import { browserSource } from './random-index.ts';

const anyRules: fc.Arbitrary<PasswordRules> = fc.record({
  length: fc.integer({ min: 8, max: 128 }),
  classes: fc.subarray([...characterClasses], { minLength: 1 }),
  readable: fc.boolean(),
});

const shapes = { lower: /[a-z]/, upper: /[A-Z]/, digits: /[0-9]/, symbols: /[^A-Za-z0-9]/ };

test('a password has its length, every class that was asked for, no other, and nothing ambiguous', () => {
  fc.assert(
    fc.property(anyRules, fc.nat(), (rules, seed) => {
      const password = generatePassword(rules, toSeededSource(seed));
      expect(password).toHaveLength(rules.length);
      for (const name of characterClasses) expect(shapes[name].test(password)).toBe(rules.classes.includes(name));
      if (rules.readable) expect(password).not.toMatch(/[Il1|O0o]/);
      expect(password).not.toMatch(/[\s'"`\\<>]/);
    }),
  );
});

test('no two are alike', () => {
  const rules: PasswordRules = { length: 12, classes: ['lower'], readable: false };
  const passwords = Array.from({ length: 1000 }, () => generatePassword(rules, browserSource));
  expect(new Set(passwords).size).toBe(1000);
});

/** Chi-square over counts that should be equal, in standard deviations from what chance brings. */
function toDeviation(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

describe('every character is as likely as every other, at every place', () => {
  test('over all places', () => {
    const rules: PasswordRules = { length: 64, classes: ['lower', 'upper', 'digits', 'symbols'], readable: false };
    const random = toSeededSource(1);
    const counts = new Map<string, number>();
    for (let round = 0; round < 3000; round++) {
      for (const character of generatePassword(rules, random)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(88);
    expect(Math.abs(toDeviation([...counts.values()]))).toBeLessThan(4);
  });

  test('a guaranteed class is no more likely at one place than at another', () => {
    const rules: PasswordRules = { length: 8, classes: ['lower', 'digits'], readable: false };
    const random = toSeededSource(2);
    const digitsAt = new Array<number>(8).fill(0);
    for (let round = 0; round < 20_000; round++) {
      [...generatePassword(rules, random)].forEach((character, place) => {
        if (shapes.digits.test(character)) digitsAt[place] = (digitsAt[place] ?? 0) + 1;
      });
    }
    expect(Math.abs(toDeviation(digitsAt))).toBeLessThan(4);
  });
});

describe('the count of passwords', () => {
  test('of one class is the size of its alphabet to the power of the length', () => {
    expect(countPasswordBits({ length: 10, classes: ['digits'], readable: false })).toBeCloseTo(10 * Math.log2(10), 10);
  });

  test('of several leaves out those that lack one, as counted one by one', () => {
    // 8 places of 10 digits and 26 letters, without those of digits only and of letters only.
    const counted = 36 ** 8 - 10 ** 8 - 26 ** 8;
    const rules: PasswordRules = { length: 8, classes: ['lower', 'digits'], readable: false };
    expect(countPasswordBits(rules)).toBeCloseTo(Math.log2(counted), 10);
  });

  test('is finite and grows with the length, up to the longest', () => {
    const bits = [8, 20, 64, 128].map((length) =>
      countPasswordBits({ length, classes: characterClasses, readable: true }),
    );
    expect(bits).toEqual(bits.toSorted((a, b) => a - b));
    expect(bits.every(Number.isFinite)).toBe(true);
    expect(bits[1]).toBeGreaterThan(120);
  });
});
