// Who is signed in, and where: the server address, the account and its session token.
// The token is readable by extension pages and the worker only, and is sent to no address but the one it came from.

import { browser } from 'wxt/browser';
import { z } from 'zod';
import { claimCache, clearCache } from './cache.ts';
import { FailureError } from './failure.ts';
import { fetchFromServer } from './outbound.ts';
import { authenticate, type Credentials, readAccount, toServerAddress, verifyServer } from './sign-in.ts';

const account = z.object({ accountId: z.string(), name: z.string(), email: z.string() });
export type Account = z.infer<typeof account>;

/** A signed-in session. */
export interface Session {
  readonly serverAddress: string;
  readonly token: string;
  readonly account: Account;
}

export const defaultServerAddress = 'http://127.0.0.1:4310';

const record = z.object({
  serverAddress: z.string().default(defaultServerAddress),
  token: z.string().nullable().default(null),
  /** Stays after the session ends, so that the pages can say whose events are cached. */
  account: account.nullable().default(null),
  /** Why nobody is signed in any more, where it was not the person's own doing. */
  notice: z.string().nullable().default(null),
});
/** All that is kept about the session, signed in or not. */
export type SessionRecord = z.infer<typeof record>;

const key = 'session';

/** Where the record lives: on disk where content scripts can be kept out of it, else in memory. */
function area(): 'local' | 'session' {
  // Firefox has no access levels for storage.local, and content scripts can read it there.
  return typeof browser.storage.local.setAccessLevel === 'function' ? 'local' : 'session';
}

/** Keeps content scripts out of the storage. The worker calls it first of all. */
export async function restrictStorage(): Promise<void> {
  if (area() === 'local') await browser.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });
}

/** Reads the record, signed in or not. */
export async function readSessionRecord(): Promise<SessionRecord> {
  const stored = await browser.storage[area()].get(key);
  return record.catch(record.parse({})).parse(stored[key] ?? {});
}

/** The session, or null when nobody is signed in. */
export async function getSession(): Promise<Session | null> {
  return toSession(await readSessionRecord());
}

/** The session that a record holds, if any. */
export function toSession({ serverAddress, token, account }: SessionRecord): Session | null {
  return token !== null && account !== null ? { serverAddress, token, account } : null;
}

/** Calls the listener with the record after every change, in whichever page it was made. Returns what ends it. */
export function watchSessionRecord(listener: (record: SessionRecord) => void): () => void {
  const watched = area();
  const onChanged = (changes: Record<string, { newValue?: unknown }>, changedArea: string): void => {
    if (changedArea !== watched || changes[key] === undefined) return;
    listener(record.catch(record.parse({})).parse(changes[key].newValue ?? {}));
  };
  browser.storage.onChanged.addListener(onChanged);
  return () => browser.storage.onChanged.removeListener(onChanged);
}

/** Calls the listener with the session, or null, after every change. Returns what ends it. */
export function watchSession(listener: (session: Session | null) => void): () => void {
  return watchSessionRecord((changed) => listener(toSession(changed)));
}

/** Signs in. Throws a FailureError that says what is wrong: the address, the password, too many tries. */
export async function signIn(input: { serverAddress: string; email: string; password: string }): Promise<Session> {
  const { serverAddress, ...credentials } = input;
  return await enter(serverAddress, { kind: 'sign-in', ...credentials });
}

/** Opens an account and signs in. Throws as `signIn` does. */
export async function signUp(input: {
  serverAddress: string;
  name: string;
  email: string;
  password: string;
}): Promise<Session> {
  const { serverAddress, ...credentials } = input;
  return await enter(serverAddress, { kind: 'sign-up', ...credentials });
}

async function enter(addressTyped: string, credentials: Credentials): Promise<Session> {
  const serverAddress = toServerAddress(addressTyped);
  await verifyServer(serverAddress);
  const token = await authenticate(serverAddress, credentials);
  const session = { serverAddress, token, account: await readAccount(serverAddress, token) };
  // The cache changes hands before the session does: no page ever shows one account's events under another's name.
  await claimCache(session.account.accountId);
  await write({ ...session, notice: null });
  return session;
}

/** Signs out: revokes the session on the server where that answers, and removes the cached events. */
export async function signOut(): Promise<void> {
  const session = await getSession();
  await write({ ...(await readSessionRecord()), token: null, account: null, notice: null });
  await clearCache();
  if (session !== null) await revokeOnServer(session);
}

/** Ends a session where it was made. The token is forgotten here whether or not that server answers. */
async function revokeOnServer({ serverAddress, token }: Session): Promise<void> {
  await fetchFromServer(`${serverAddress}/api/auth/sign-out`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  }).catch((error: unknown) => {
    // It runs out there by itself.
    if (!(error instanceof FailureError)) throw error;
  });
}

/** Ends the session that the server no longer accepts. Cached events stay until another account signs in. */
export async function expireSession(token: string): Promise<void> {
  const current = await readSessionRecord();
  // A call that was under way while somebody signed in anew must not end the new session.
  if (current.token !== token) return;
  await write({ ...current, token: null, notice: 'Your session has ended. Sign in again.' });
}

/**
 * Sets the server address, after asking whether a Keytrail server answers there. A session of another server ends,
 * so that its token is never sent to this one.
 */
export async function setServerAddress(addressTyped: string): Promise<string> {
  const serverAddress = toServerAddress(addressTyped);
  await verifyServer(serverAddress);
  const current = await readSessionRecord();
  const moved = current.serverAddress !== serverAddress;
  await write({ ...current, serverAddress, token: moved ? null : current.token });
  const left = toSession(current);
  if (moved && left !== null) await revokeOnServer(left);
  return serverAddress;
}

async function write(next: SessionRecord): Promise<void> {
  await browser.storage[area()].set({ [key]: next });
}
