// Who is signed in, and where: the server address, the account and its session token.
// The token is readable by extension pages and the worker only, and is sent to no address but the one it came from.

import { browser } from 'wxt/browser';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
}

/** A signed-in session. */
export interface Session {
  readonly serverAddress: string;
  readonly token: string;
  readonly account: Account;
}

export const defaultServerAddress = 'http://127.0.0.1:4310';

/** All that is kept about the session, signed in or not. */
export interface SessionRecord {
  readonly serverAddress: string;
  readonly token: string | null;
  /** Stays after the session ends, so that the pages can say whose events are cached. */
  readonly account: Account | null;
  /** Why nobody is signed in any more, where it was not the person's own doing. */
  readonly notice: string | null;
}

const key = 'session';

/** Where the record and other tokens live: on disk where content scripts can be kept out of it, else in memory. */
export function sessionArea(): 'local' | 'session' {
  // Firefox has no access levels for storage.local, and content scripts can read it there.
  return typeof browser.storage.local.setAccessLevel === 'function' ? 'local' : 'session';
}

/** Keeps content scripts out of the storage. The worker calls it first of all. */
export async function restrictStorage(): Promise<void> {
  if (sessionArea() === 'local') await browser.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });
}

/** Reads the record, signed in or not. */
export async function readSessionRecord(): Promise<SessionRecord> {
  const stored = await browser.storage[sessionArea()].get(key);
  return toRecord(stored[key]);
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
  const watched = sessionArea();
  const onChanged = (changes: Record<string, { newValue?: unknown }>, changedArea: string): void => {
    if (changedArea !== watched || changes[key] === undefined) return;
    listener(toRecord(changes[key].newValue));
  };
  browser.storage.onChanged.addListener(onChanged);
  return () => browser.storage.onChanged.removeListener(onChanged);
}

/** Calls the listener with the session, or null, after every change. Returns what ends it. */
export function watchSession(listener: (session: Session | null) => void): () => void {
  return watchSessionRecord((changed) => listener(toSession(changed)));
}

/** Ends the session that the server no longer accepts. Cached events stay until another account signs in. */
export async function expireSession(token: string): Promise<void> {
  const current = await readSessionRecord();
  // A call that was under way while somebody signed in anew must not end the new session.
  if (current.token !== token) return;
  await writeSessionRecord({ ...current, token: null, notice: 'Your session has ended. Sign in again.' });
}

/** Keeps a record in place of the former one. */
export async function writeSessionRecord(next: SessionRecord): Promise<void> {
  await browser.storage[sessionArea()].set({ [key]: next });
}

/**
 * Reads what was stored; what is not as it should be counts as absent. By hand: every page's first paint comes after
 * it, and must not wait for a schema library to load.
 */
function toRecord(stored: unknown): SessionRecord {
  const { serverAddress, token, account, notice } = toMembers(stored);
  return {
    serverAddress: toText(serverAddress) ?? defaultServerAddress,
    token: toText(token),
    account: toAccount(account),
    notice: toText(notice),
  };
}

function toAccount(stored: unknown): Account | null {
  const members = toMembers(stored);
  const [accountId, name, email] = [members.accountId, members.name, members.email].map(toText);
  return accountId == null || name == null || email == null ? null : { accountId, name, email };
}

function toMembers(stored: unknown): Readonly<Record<string, unknown>> {
  return typeof stored === 'object' && stored !== null ? Object.fromEntries(Object.entries(stored)) : {};
}

function toText(stored: unknown): string | null {
  return typeof stored === 'string' ? stored : null;
}
