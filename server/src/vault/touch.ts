// Notes when a credential, an agent and its key were last used. A convenience for lists: the log is the record, so this may
// lag by a minute, and a failure is only logged.

import { and, eq } from 'drizzle-orm';
import type { AgentOfKey } from '../auth/agent-keys.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { agentKeys, agents, credentials } from '../base/schema.ts';

const staleMs = 60_000;

/** Returns at once; the rows follow. What was noted within the last minute is left alone. */
export function touchUse(
  ctx: Context,
  accountId: string,
  credential: { id: string; lastUsedAt: Date | null } | null,
  agent: Pick<AgentOfKey, 'agentId' | 'lastUsedAt' | 'keyId' | 'keyLastUsedAt'> | null,
): void {
  const now = new Date(ctx.nowMs());
  const isStale = (used: { lastUsedAt: Date | null }) => ctx.nowMs() - (used.lastUsedAt?.getTime() ?? 0) > staleMs;
  const staleCredential = credential !== null && isStale(credential) ? credential : null;
  const staleAgent = agent !== null && isStale(agent) ? agent : null;
  const staleKey = agent !== null && isStale({ lastUsedAt: agent.keyLastUsedAt }) ? agent : null;
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
