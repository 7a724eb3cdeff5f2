// Notes when a credential and an agent were last used. A convenience for lists: the log is the record, so this may
// lag by a minute, and a failure is only logged.

import { and, eq } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { agents, credentials } from '../base/schema.ts';

const staleMs = 60_000;

/** Returns at once; the rows follow. What was noted within the last minute is left alone. */
export function touchUse(
  ctx: Context,
  accountId: string,
  credential: { id: string; lastUsedAt: Date | null } | null,
  agent: { agentId: string; lastUsedAt: Date | null } | null,
): void {
  const now = new Date(ctx.nowMs());
  const isStale = (used: { lastUsedAt: Date | null }) => ctx.nowMs() - (used.lastUsedAt?.getTime() ?? 0) > staleMs;
  const staleCredential = credential !== null && isStale(credential) ? credential : null;
  const staleAgent = agent !== null && isStale(agent) ? agent : null;
  if (staleCredential === null && staleAgent === null) return;
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
  }).catch((error: unknown) => ctx.log.warn({ error, accountId }, 'last use not noted'));
}
