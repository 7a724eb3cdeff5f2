// The ways into a session and out of it. Apart from the session itself, since they bring the schemas of what servers
// answer, and the popup's first paint must not wait for those.

import { claimCache, clearCache } from './cache.ts';
import { removeExports } from './export-log.ts';
import { endLeftSessions, leaveSession } from './left-sessions.ts';
import { getSession, readSessionRecord, type Session, toSession, writeSessionRecord } from './session.ts';
import { authenticate, type Credentials, readAccount, toServerAddress, verifyServer } from './sign-in.ts';

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
  if ((await readSessionRecord()).account?.accountId !== session.account.accountId) await forgetExports();
  await writeSessionRecord({ ...session, notice: null });
  return session;
}

/**
 * Signs out: removes the cached events and what exports have left, and ends the session on the server. Where that does not answer,
 * the worker goes on trying.
 */
export async function signOut(): Promise<void> {
  const session = await getSession();
  if (session !== null) await leaveSession(session);
  await writeSessionRecord({ ...(await readSessionRecord()), token: null, account: null, notice: null });
  try {
    await forgetExports();
    await clearCache();
  } finally {
    // A disk that fails must not leave the session open on the server.
    await endLeftSessions();
  }
}

/** A browser that gives no storage has kept none. */
async function forgetExports(): Promise<void> {
  await removeExports().catch(() => undefined);
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
  const left = moved ? toSession(current) : null;
  if (left !== null) await leaveSession(left);
  await writeSessionRecord({ ...current, serverAddress, token: moved ? null : current.token });
  if (left !== null) await endLeftSessions();
  return serverAddress;
}
