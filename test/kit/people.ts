// Signing up and in as the extension does.

const origin = 'chrome-extension://jgfpjgmjbpeilmcaiknkihnhdccogfnm';
export const password = 'correct horse battery';

let people = 0;

/**
 * A fresh account with a session, made over HTTP. Each says that it comes from an address of its own: a server that
 * trusts this peer as a proxy then counts its sign-ups apart, one that does not ignores it.
 */
export async function signUp(url: string): Promise<{ email: string; session: string }> {
  const number = people++;
  const email = `person-${process.pid}-${Date.now()}-${number}@example.com`;
  const from = { 'x-forwarded-for': `198.18.${number >> 8}.${number & 255}` };
  const answer = await postAuth(url, 'sign-up/email', { name: 'Test Person', email, password }, from);
  return { email, session: getSession(answer) };
}

export async function signIn(url: string, email: string): Promise<string> {
  return getSession(await postAuth(url, 'sign-in/email', { email, password }));
}

/** Calls one of the sign-in endpoints; the origin is the extension's unless another is given. */
export function postAuth(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/api/auth/${path}`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function getSession(answer: Response): string {
  const session = answer.headers.get('set-auth-token');
  if (session === null) throw new Error(`no session in an answer of status ${answer.status}`);
  return session;
}
