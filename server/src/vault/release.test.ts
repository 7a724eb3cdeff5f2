import { totpSeed } from '@keytrail/shared/totp-seed';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findValidUntil, toReleasedValues } from './release.ts';

const toCode = (seed: string, atSeconds: number) =>
  toReleasedValues('totp', ['totp'], { seed }, {}, atSeconds * 1000).totp;

describe('RFC 6238, appendix B', () => {
  // The seeds are the ASCII digits 1 to 0 again and again, as long as the hash.
  const seeds = {
    SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
    SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
  };

  test.each([
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ])('at %d seconds', (atSeconds, sha1, sha256, sha512) => {
    const expected = { SHA1: sha1, SHA256: sha256, SHA512: sha512 };
    for (const [algorithm, seed] of Object.entries(seeds)) {
      const address = `otpauth://totp/RFC?secret=${seed}&digits=8&algorithm=${algorithm}`;
      expect(toCode(address, atSeconds), algorithm).toBe(
        Object.entries(expected).find(([name]) => name === algorithm)?.[1],
      );
    }
    // Base32 alone means six digits and SHA-1.
    expect(toCode(seeds.SHA1, atSeconds)).toBe(sha1.slice(2));
  });
});

test('whatever is taken as a seed gives a code of its digits', () => {
  const secret = fc.stringMatching(/^[A-Za-z2-7]{2,40}={0,6}$/);
  const address = fc
    .record({
      label: fc.webPath(),
      secret,
      digits: fc.constantFrom('', '&digits=6', '&digits=7', '&digits=8'),
      rest: fc.constantFrom(
        '',
        '&issuer=',
        '&issuer=a%20b',
        '&period=1',
        '&algorithm=sha512',
        '&foo',
        '#x',
        '&secret=AA',
      ),
    })
    .map(({ label, secret: base32, digits, rest }) => `otpauth://totp/${label}?secret=${base32}${digits}${rest}`);
  fc.assert(
    fc.property(fc.oneof(secret, address), fc.nat(4e9), (text, atSeconds) => {
      const seed = totpSeed.safeParse(text);
      if (seed.success) expect(toCode(seed.data, atSeconds)).toMatch(/^\d{6,8}$/);
    }),
  );
});

test('a code ends with its period, and what lasts has no end', () => {
  const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const ofPeriod = (seconds: number) => `otpauth://totp/RFC?secret=${seed}&period=${seconds}`;
  const endOf = (totp: string, atMs: number) => findValidUntil('login', ['password', 'totp'], { totp }, atMs);
  expect(endOf(seed, 26_000)).toBe('1970-01-01T00:00:30.000Z');
  expect(endOf(seed, 30_000)).toBe('1970-01-01T00:01:00.000Z');
  expect(endOf(ofPeriod(60), 59_999)).toBe('1970-01-01T00:01:00.000Z');
  expect(findValidUntil('totp', ['totp'], { seed: ofPeriod(300) }, 1)).toBe('1970-01-01T00:05:00.000Z');
  expect(findValidUntil('login', ['password'], { password: 'x' }, 0)).toBeNull();
});
