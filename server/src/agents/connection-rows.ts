// Connected clients as lists show them.

import type { ConnectionSummary } from '@keytrail/shared/agent';
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { agentConnections, agentKeys } from '../base/schema.ts';

/** Those that stand now, by agent; of one agent or of all. The newest first. */
export async function selectConnections(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agentId?: string,
): Promise<Map<string, ConnectionSummary[]>> {
  const rows = await tx
    .select({ connection: agentConnections, key: agentKeys })
    .from(agentConnections)
    .innerJoin(agentKeys, isKeyOfConnection())
    .where(
      and(
        eq(agentConnections.accountId, accountId),
        agentId === undefined ? undefined : eq(agentKeys.agentId, agentId),
        isNull(agentKeys.revokedAt),
        gt(agentConnections.endsAt, new Date(ctx.nowMs())),
      ),
    )
    .orderBy(desc(agentKeys.createdAt), desc(agentKeys.id));
  const byAgent = new Map<string, ConnectionSummary[]>();
  for (const { connection, key } of rows) {
    const summary = {
      id: connection.id,
      clientName: connection.clientName,
      returnsTo: toDestination(connection.redirectUri),
      createdAt: key.createdAt.toISOString(),
      endsAt: connection.endsAt.toISOString(),
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    };
    byAgent.set(key.agentId, [...(byAgent.get(key.agentId) ?? []), summary]);
  }
  return byAgent;
}

/** How a connection and the key row that stands for it belong together. */
export function isKeyOfConnection() {
  return and(eq(agentKeys.accountId, agentConnections.accountId), eq(agentKeys.id, agentConnections.id));
}

/** Where a redirect leads, as a person can judge it: the host, or the scheme that an app has taken. */
export function toDestination(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? host : protocol;
}
