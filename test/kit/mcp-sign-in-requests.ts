// The requests of a sign-in to /mcp one by one, for what no well-behaved client would send.

import { createHash } from 'node:crypto';
import { answerOnPage, type Choice } from './mcp-sign-in-pages.ts';
import { redirectUrl } from './mcp-sign-in-program.ts';

/** What the client of these requests proves itself by. */
export const verifier = 'a-verifier-of-the-length-that-is-asked-for-0123456789';
const challenge = createHash('sha256').update(verifier).digest('base64url');

export function register(
  url: string,
  metadata: object = { client_name: 'Code Helper', redirect_uris: [redirectUrl] },
): Promise<Response> {
  return fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
}

/** The address that a client sends the browser to; an empty parameter is left out. */
export function ask(url: string, clientId: string, changed: Record<string, string> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUrl,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'kept',
    ...changed,
  };
  const kept = Object.entries(parameters).filter(([, value]) => value !== '');
  return `${url}/oauth/authorize?${new URLSearchParams(kept)}`;
}

/** Has a person let the client in; answers its code. */
export async function getCode(url: string, clientId: string, email: string, choice: Choice): Promise<string> {
  const location = await answerOnPage(url, ask(url, clientId), email, choice);
  return new URL(location).searchParams.get('code') ?? '';
}

export function exchange(
  url: string,
  { client_id, code, ...changed }: { client_id: string; code: string; [name: string]: unknown },
): Promise<Response> {
  const form = {
    grant_type: 'authorization_code',
    client_id,
    code,
    redirect_uri: redirectUrl,
    code_verifier: verifier,
  };
  const parameters = Object.entries({ ...form, ...changed }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(parameters) });
}

export function refresh(url: string, form: { client_id: string; refresh_token: string }): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', ...form });
  return fetch(`${url}/oauth/token`, { method: 'POST', body });
}

export async function readTokens(answer: Response): Promise<{ access_token: string; refresh_token: string }> {
  if (!answer.ok) throw new Error(`no tokens: ${await answer.text()}`);
  return answer.json();
}
