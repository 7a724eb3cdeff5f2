// The calls that make a session: is a Keytrail server there, who are you, what is your account.

import { toOrigin } from '@keytrail/shared/site';
import { z } from 'zod';
import { type Failure, FailureError } from './failure.ts';
import { fetchFromServer } from './outbound.ts';

export type Credentials =
  | { kind: 'sign-in'; email: string; password: string }
  | { kind: 'sign-up'; name: string; email: string; password: string };

/** Reads a typed server address into an origin; a bare local host name means http. Throws a FailureError. */
export function toServerAddress(typed: string): string {
  const origin = readOrigin(typed);
  if (origin !== null) return origin;
  throw new FailureError({
    kind: 'invalid',
    sentence: 'This is not a server address. It looks like http://127.0.0.1:4310 or https://keytrail.example.com.',
  });
}

/** True for an address that is spoken to without encryption over a network, where others can read along. */
export function isInTheClear(typed: string): boolean {
  const origin = readOrigin(typed);
  if (origin === null) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'http:' && !/^((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function readOrigin(typed: string): string | null {
  const text = typed.trim();
  const isBareLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\/?$/i.test(text);
  return toOrigin(isBareLocal ? `http://${text}` : text);
}

const health = z.object({ name: z.literal('keytrail'), status: z.string() });

/** Throws a FailureError unless a Keytrail server answers at this address. */
export async function verifyServer(serverAddress: string): Promise<void> {
  const response = await fetchFromServer(`${serverAddress}/health`);
  const answer = health.safeParse(await readJson(response));
  if (!answer.success) {
    throw new FailureError({ kind: 'invalid', sentence: `${serverAddress} answers, but it is not a Keytrail server.` });
  }
}

/** Signs in or up and returns the session token. Throws a FailureError. */
export async function authenticate(serverAddress: string, credentials: Credentials): Promise<string> {
  const { kind, ...body } = credentials;
  const response = await fetchFromServer(`${serverAddress}/api/auth/${kind}/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new FailureError(await toAuthFailure(response));
  const token = response.headers.get('set-auth-token');
  if (token !== null && token !== '') return token;
  throw new FailureError({ kind: 'server', sentence: 'The server gave no session. Look at its log.' });
}

const me = z.object({
  result: z.object({ data: z.object({ accountId: z.string(), name: z.string(), email: z.string() }) }),
});

/** Asks whose session a token is. Throws a FailureError. */
export async function readAccount(serverAddress: string, token: string) {
  const response = await fetchFromServer(`${serverAddress}/trpc/account.me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = me.safeParse(await readJson(response));
  if (answer.success) return answer.data.result.data;
  throw new FailureError({ kind: 'server', sentence: 'The server did not say whose session this is. Try again.' });
}

const authError = z.object({ code: z.string().optional(), message: z.string().optional() });

const authSentences: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: 'The e-mail address or the password is wrong.',
  INVALID_EMAIL: 'This is not an e-mail address.',
  USER_ALREADY_EXISTS: 'There is already an account with this e-mail address. Sign in instead.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: 'There is already an account with this e-mail address. Sign in instead.',
  PASSWORD_TOO_SHORT: 'The password needs at least 10 characters.',
  PASSWORD_TOO_LONG: 'The password may have at most 128 characters.',
};

async function toAuthFailure(response: Response): Promise<Failure> {
  if (response.status === 429) return toRateLimit(response.headers);
  const { code = '', message } = authError.catch({}).parse(await readJson(response));
  const sentence = authSentences[code] ?? message ?? `The server answered ${response.status}. Try again.`;
  return { kind: response.status >= 500 ? 'server' : 'invalid', sentence };
}

function toRateLimit(headers: Headers): Failure {
  const seconds = Number(headers.get('retry-after') ?? headers.get('x-retry-after') ?? '');
  if (!Number.isFinite(seconds) || seconds <= 0) {
    return { kind: 'denied', sentence: 'Too many tries. Wait a minute, then try again.' };
  }
  return {
    kind: 'denied',
    sentence: `Too many tries. Try again in ${Math.ceil(seconds)} seconds.`,
    retryAt: new Date(Date.now() + seconds * 1000).toISOString(),
  };
}

/** The body as JSON, or undefined where it is something else. */
async function readJson(response: Response): Promise<unknown> {
  return await response.json().catch(() => undefined);
}
