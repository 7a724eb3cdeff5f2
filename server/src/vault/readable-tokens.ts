// What a provider says of its tokens, as it is stored readable; pure. All of it is a stranger's: it is made to fit what a credential
// may say, since a pair that the provider has rotated must not be lost over a word beside it.

import { scopeName, scopesMax } from '@keytrail/shared/oauth-schema';

/** What was said of tokens, whatever it is. */
export interface StatedTokens {
  readonly expiresInS: number | null;
  /** Null where nothing was said: then they are those that were asked for. */
  readonly scopes: readonly string[] | null;
}

/** As `oauthPublic` has it, whatever was said. Scopes are left out where there is nothing to say of them. */
export function toReadableTokens(
  ctx: { nowMs(): number },
  { expiresInS, scopes }: StatedTokens,
): { accessTokenExpiresAt: string | null; scopes?: string[] } {
  const lifetimeS = toLifetimeS(expiresInS);
  const ends = lifetimeS === null ? null : new Date(ctx.nowMs() + lifetimeS * 1000).toISOString();
  const kept = toScopes(scopes);
  return { accessTokenExpiresAt: ends, ...(kept === null ? {} : { scopes: kept }) };
}

/** Far beyond every token; an end after the year 9999 could not be written as others are. */
const lifetimeSMax = 1000 * 365 * 86_400;

/**
 * How long tokens are good for; null where that is not known, as where nothing was said: for NaN, for what is negative, which some
 * say of tokens without an end, and for what is longer than a thousand years. A clamped end would be one that nobody has named: at a
 * near one, a token that is good would be renewed at each use; a far one comes to the same as none.
 */
export function toLifetimeS(expiresInS: number | null): number | null {
  return expiresInS !== null && expiresInS >= 0 && expiresInS <= lifetimeSMax ? expiresInS : null;
}

/** Those that a credential can hold; null where none is left of what was said, or nothing was. */
export function toScopes(stated: readonly string[] | null): string[] | null {
  if (stated === null) return null;
  const scopes = stated.flatMap((scope) => scopeName.safeParse(scope).data ?? []).slice(0, scopesMax);
  return scopes.length === 0 && stated.length > 0 ? null : scopes;
}
