// A token request to a provider (RFC 6749 §6), at the addresses and with the secrets that the owner has named: nobody else says
// where a refresh token goes.

import { readFileSync } from 'node:fs';

const timeoutMs = 10_000;

/** The owner's list: a JSON file of `{ tokenUrl, clientId, clientSecret?, clientAuth?: "basic" | "post" }`. */
export function readProviders(file) {
  return file === undefined ? [] : JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Exchanges a refresh token. Answers `{ accessToken, refreshToken?, expiresAt, scopes? }`, or why there is none, as a class and the
 * provider's own code; what else a provider says may quote what it was sent, and stays here.
 */
export async function exchange({ tokenUrl, clientId, clientSecret, clientAuth = 'basic' }, refreshToken) {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  if (clientSecret !== undefined && clientAuth === 'basic') {
    const pair = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice(5)).join(':');
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    Object.assign(form, { client_id: clientId }, clientSecret === undefined ? {} : { client_secret: clientSecret });
  }
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
      redirect: 'error',
      signal,
    });
    const said = await answer.json().catch(() => (signal.aborted ? Promise.reject(signal.reason) : {}));
    if (answer.ok && typeof said?.access_token === 'string') return { tokens: toTokens(said) };
    return { failure: toFailure(answer, said) };
  } catch {
    return { failure: { errorClass: signal.aborted ? 'timeout' : 'unreachable' } };
  }
}

function toTokens({ access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope }) {
  const seconds = Number(expiresIn ?? Number.NaN);
  return {
    accessToken,
    ...(typeof refreshToken === 'string' && refreshToken !== '' ? { refreshToken } : {}),
    // Whoever says -1 means that it does not end.
    expiresAt: Number.isFinite(seconds) && seconds >= 0 ? Date.now() + seconds * 1000 : null,
    ...(typeof scope === 'string' ? { scopes: scope.split(/[ ,]+/).filter((each) => each !== '') } : {}),
  };
}

function toFailure({ ok, status }, said) {
  // Only a string is a code: what else is there would be matched as it is written out, such as undefined.
  const code = typeof said?.error === 'string' ? /^[a-z_]{1,40}$/.exec(said.error)?.[0] : undefined;
  const named = code === undefined ? {} : { code };
  if (code === 'invalid_grant') return { errorClass: 'invalid_grant', ...named };
  if (status === 429 || code === 'slow_down') return { errorClass: 'provider_busy', ...named };
  if (status >= 500) return { errorClass: 'provider_error', ...named };
  return { errorClass: ok && code === undefined ? 'provider_answer' : 'provider_refused', ...named };
}
