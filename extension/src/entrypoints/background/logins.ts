// The logins of a page: from the kept list while it is fresh, else from the server.

import { isLogin, keepLogins, type Login, loginsOf, readKeptLogins } from '../../lib/login-list.ts';
import { getSession } from '../../lib/session.ts';
import { api } from './server.ts';

const freshForMs = 30_000;

/** The logins whose sites include this origin, the last used first; none when signed out. Throws what the API throws. */
export async function findLogins(origin: string, nowMs = Date.now()): Promise<readonly Login[]> {
  const session = await getSession();
  if (session === null) return [];
  const kept = await readKeptLogins(session.account.accountId);
  if (kept !== null && Math.abs(nowMs - kept.atMs) < freshForMs) return loginsOf(origin, kept.logins);
  const logins = (await api.credentials.list.query()).filter(isLogin).sort(byLastUse);
  await keepLogins({ accountId: session.account.accountId, atMs: nowMs, logins });
  return loginsOf(origin, logins);
}

function byLastUse(left: Login, right: Login): number {
  return (right.lastUsedAt ?? '').localeCompare(left.lastUsedAt ?? '') || left.label.localeCompare(right.label);
}
