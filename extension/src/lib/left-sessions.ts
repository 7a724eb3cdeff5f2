// Sessions that ended here and that their server has not been told of yet. A token whose server was away at the sign-out is kept
// aside, where the session's own record lies, until that server has heard of it: else whoever copied it could go on.

import { browser } from 'wxt/browser';
import { FailureError } from './failure.ts';
import { fetchFromServer } from './outbound.ts';
import { type Session, sessionArea } from './session.ts';

export interface LeftSession {
  readonly serverAddress: string;
  readonly token: string;
  /** Its server was asked and gave no answer. */
  readonly isUntold: boolean;
}

// A key for each, so that a page and the worker take nothing back from each other.
const prefix = 'leftSession ';

/** Keeps a session aside. To be called before it is forgotten, so that a browser that ends just then loses none. */
export async function leaveSession({ serverAddress, token }: Session): Promise<void> {
  await keep(`${prefix}${crypto.randomUUID()}`, { serverAddress, token, isUntold: false });
}

/** Ends what was left, each on the server where it was made; what is not heard of stays for the next try. */
export async function endLeftSessions(): Promise<void> {
  const left = await readLeft();
  await Promise.all([...left].map(([key, session]) => endLeft(key, session)));
}

async function endLeft(key: string, left: LeftSession): Promise<void> {
  if (await isEnded(left)) await browser.storage[sessionArea()].remove(key);
  else await keep(key, { ...left, isUntold: true });
}

/** Asks the server to end it. False where it cannot be reached or cannot do it now. */
async function isEnded({ serverAddress, token }: LeftSession): Promise<boolean> {
  try {
    const { ok, status } = await fetchFromServer(`${serverAddress}/api/auth/sign-out`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    // 401: it knows no such session any more.
    return ok || status === 401;
  } catch (error) {
    if (error instanceof FailureError) return false;
    throw error;
  }
}

/** The addresses of servers that were asked in vain. */
export async function readUntoldServers(): Promise<readonly string[]> {
  const left = [...(await readLeft()).values()].filter(({ isUntold }) => isUntold);
  return [...new Set(left.map(({ serverAddress }) => serverAddress))];
}

/** Calls the listener with them after every change. Returns what ends it. */
export function watchUntoldServers(listener: (addresses: readonly string[]) => void): () => void {
  const onChanged = (changes: Record<string, unknown>, area: string): void => {
    if (area !== sessionArea() || !Object.keys(changes).some((key) => key.startsWith(prefix))) return;
    void readUntoldServers().then(listener);
  };
  browser.storage.onChanged.addListener(onChanged);
  return () => browser.storage.onChanged.removeListener(onChanged);
}

async function keep(key: string, left: LeftSession): Promise<void> {
  await browser.storage[sessionArea()].set({ [key]: left });
}

async function readLeft(): Promise<ReadonlyMap<string, LeftSession>> {
  const stored: Record<string, LeftSession> = await browser.storage[sessionArea()].get(null);
  return new Map(Object.entries(stored).filter(([key]) => key.startsWith(prefix)));
}
