// Notes when a credential, an agent, a proxy and their keys were last used. A convenience for lists: the log is the record, so this may
// lag by a minute, and a failure is only logged.

import { and, eq } from 'drizzle-orm';
import type { AgentOfKey } from '../auth/agent-keys.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { agentKeys, agents, credentials, proxies, proxyKeys } from '../base/schema.ts';

const staleMs = 60_000;

function isStale(ctx: Pick<Context, 'nowMs'>, usedAt: Date | null): boolean {
  return ctx.nowMs() - (usedAt?.getTime() ?? 0) > staleMs;
}

/** Whether it is time to note again when these were last used. */
export function isTouchDue(ctx: Pick<Context, 'nowMs'>, used: readonly (Date | null)[]): boolean {
  return used.some((at) => isStale(ctx, at));
}

/** Returns at once; the rows follow. What was noted within the last minute is left alone. */
export function touchUse(
  ctx: Context,
  accountId: string,
  credential: { id: string; lastUsedAt: Date | null } | null,
  agent: Pick<AgentOfKey, 'agentId' | 'lastUsedAt' | 'keyId' | 'keyLastUsedAt'> | null,
): void {
  const now = new Date(ctx.nowMs());
  const staleCredential = credential !== null && isStale(ctx, credential.lastUsedAt) ? credential : null;
  const staleAgent = agent !== null && isStale(ctx, agent.lastUsedAt) ? agent : null;
  const staleKey = agent !== null && isStale(ctx, agent.keyLastUsedAt) ? agent : null;
  if (staleCredential === null && staleAgent === null && staleKey === null) return;
  withAccount(ctx.db, accountId, async (tx) => {
    if (staleCredential !== null) {
      await tx
        .update(credentials)
        .set({ lastUsedAt: now })
        .where(and(eq(credentials.accountId, accountId), eq(credentials.id, staleCredential.id)));
    }
    if (staleAgent !== null) {
      await tx
        .update(agents)
        .set({ lastUsedAt: now })
        .where(and(eq(agents.accountId, accountId), eq(agents.id, staleAgent.agentId)));
    }
    if (staleKey !== null) {
      await tx
        .update(agentKeys)
        .set({ lastUsedAt: now })
        .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.id, staleKey.keyId)));
    }
  }).catch((error: unknown) => ctx.log.warn({ error, accountId }, 'last use not noted'));
}

/**
 * The same for a proxy, its key and its credential; and the name that its client gave, where it is another. Whoever goes by
 * that name waits for it.
 */
export async function touchProxy(ctx: Context, { accountId, proxy, requester, ...key }: ProxyPrincipal): Promise<void> {
  const { keyId } = key;
  if (keyId === null) return;
  const now = new Date(ctx.nowMs());
  const clientName = requester.clientName ?? key.keyClientName;
  if (!isStale(ctx, key.keyLastUsedAt) && clientName === key.keyClientName) return;
  await withAccount(ctx.db, accountId, async (tx) => {
    await tx
      .update(proxyKeys)
      .set({ lastUsedAt: now, clientName })
      .where(and(eq(proxyKeys.accountId, accountId), eq(proxyKeys.id, keyId)));
    await tx
      .update(proxies)
      .set({ lastUsedAt: now })
      .where(and(eq(proxies.accountId, accountId), eq(proxies.id, proxy.id)));
    if (proxy.credentialId === null) return;
    await tx
      .update(credentials)
      .set({ lastUsedAt: now })
      .where(and(eq(credentials.accountId, accountId), eq(credentials.id, proxy.credentialId)));
  }).catch((error: unknown) => ctx.log.warn({ error, accountId }, 'last use not noted'));
}
