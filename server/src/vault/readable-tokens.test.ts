import { oauthPublic } from '@keytrail/shared/oauth-schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toLifetimeS, toReadableTokens, toScopes } from './readable-tokens.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const ctx = { nowMs: () => nowMs };

describe('the end of a token', () => {
  test.each([
    [3600, '2026-03-01T13:00:00.000Z'],
    [0, '2026-03-01T12:00:00.000Z'],
    [0.0015, '2026-03-01T12:00:00.001Z'],
    [2 ** 31 - 1, '2094-03-19T15:14:07.000Z'],
  ])('after %d seconds is an instant', (expiresInS, end) => {
    expect(toReadableTokens(ctx, { expiresInS, scopes: null })).toEqual({ accessTokenExpiresAt: end });
  });

  test.each([
    null,
    -1,
    -0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    // Ends in the year 12009, which is no instant that is read again; then those that are none at all.
    315_000_000_000,
    9_999_999_999_999,
    Number.MAX_SAFE_INTEGER,
    2 ** 63,
    Number.MAX_VALUE,
  ])('after %s is not known', (expiresInS) => {
    expect(toLifetimeS(expiresInS)).toBeNull();
    expect(toReadableTokens(ctx, { expiresInS, scopes: null })).toEqual({ accessTokenExpiresAt: null });
  });
});

describe('scopes', () => {
  test.each([
    ['a null character', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800'],
    ['the other half of one', '\udc00a'],
    ['a line break', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['what turns the writing direction', 'a\u202eb'],
    ['nothing', ''],
    ['blanks', ' \t '],
    ['more characters than a credential holds', 'a'.repeat(201)],
  ])('of %s are left out', (_name, scope) => {
    expect(toScopes(['read', scope, 'write'])).toEqual(['read', 'write']);
    expect(toReadableTokens(ctx, { expiresInS: null, scopes: [scope, 'write'] }).scopes).toEqual(['write']);
  });

  test('of which nothing is left are none that were said: those that were asked for stay', () => {
    expect(toScopes(['\u0000'])).toBeNull();
    expect(toReadableTokens(ctx, { expiresInS: 60, scopes: ['\u0000'] })).not.toHaveProperty('scopes');
    expect(toReadableTokens(ctx, { expiresInS: 60, scopes: null })).not.toHaveProperty('scopes');
  });

  test('that are none are none', () => {
    expect(toScopes([])).toEqual([]);
  });

  test('are as many as a credential holds', () => {
    const scopes = Array.from({ length: 150 }, (_each, number) => `scope-${number}`);
    expect(toScopes(scopes)).toEqual(scopes.slice(0, 100));
  });
});

test('whatever is said, a credential that says it is read again as it was written, and Postgres can hold it', () => {
  const expiresInS = fc.option(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-1, Number.POSITIVE_INFINITY)));
  const text = fc.string({
    unit: fc.oneof(
      fc.string(),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
  });
  const scopes = fc.option(fc.array(text, { maxLength: 120 }));
  fc.assert(
    fc.property(expiresInS, scopes, (seconds, stated) => {
      const readable = toReadableTokens(ctx, { expiresInS: seconds, scopes: stated });
      expect(oauthPublic.parse(readable)).toEqual({ scopes: [], ...readable });
      // What jsonb refuses is an escape in what JSON.stringify writes.
      expect(JSON.stringify(readable)).not.toMatch(/\\u(0000|d[89a-f])/);
    }),
  );
});
