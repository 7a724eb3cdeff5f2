// The end of a connection: by the owner, by the client itself, or because somebody else holds what only the client should.

import type { AgentSummary } from '@keytrail/shared/agent';
import { AppError } from '@keytrail/shared/errors';
import { and, eq, isNull } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agentConnections, agentKeys, agents } from '../base/schema.ts';
import { getAgent, lockAgent } from './agents.ts';
import { endApprovals } from './approval-end.ts';
import { isKeyOfConnection } from './connection-rows.ts';
import { toDisconnection } from './standing.ts';

/** Ends a connection with this answer. One that has ended stays so; throws `not_found` for any that never was. */
export function endConnection(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, connectionId }: { id: string; connectionId: string },
): Promise<AgentSummary> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockAgent(tx, owner.accountId, id);
    const [known] = await tx
      .select({ id: agentKeys.id })
      .from(agentKeys)
      .where(
        and(
          eq(agentKeys.accountId, owner.accountId),
          eq(agentKeys.id, connectionId),
          eq(agentKeys.agentId, id),
          eq(agentKeys.kind, 'connection'),
        ),
      );
    if (known === undefined)
      throw new AppError('not_found', { message: `agent ${id} has no connection ${connectionId}` });
    const [change, ...along] = await endOne(tx, ctx, owner.accountId, connectionId);
    if (change !== undefined) await recordChanges(tx, ctx, owner, change, along);
    return getAgent(tx, ctx, owner.accountId, id);
  });
}

/** The same without the owner: the client gave it up, or gave cause to. `why` goes on the record. */
export function dropConnection(
  ctx: Context,
  connection: { accountId: string; id: string },
  requester: Requester,
  why: string,
): Promise<void> {
  return withAccount(ctx.db, connection.accountId, async (tx) => {
    const { accountId, id } = connection;
    const [change, ...along] = (await endOne(tx, ctx, accountId, id)).map((each) => ({
      ...each,
      source: 'agent' as const,
    }));
    if (change === undefined) return;
    const note = `${change.note ?? 'A client'}. ${why}`;
    await recordChanges(tx, ctx, { accountId, requester }, { ...change, note }, along);
  });
}

/** Ends those of one client to one agent, which the caller has locked, and answers what the log is to say of each. */
export async function endConnectionsOf(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agent: AgentSummary,
  clientHash: Buffer,
): Promise<Change[]> {
  const standing = await tx
    .select({ id: agentConnections.id })
    .from(agentConnections)
    .innerJoin(agentKeys, isKeyOfConnection())
    .where(
      and(
        eq(agentConnections.accountId, accountId),
        eq(agentConnections.clientHash, clientHash),
        eq(agentKeys.agentId, agent.id),
        isNull(agentKeys.revokedAt),
      ),
    );
  const ended: Change[] = [];
  for (const { id } of standing) ended.push(...(await endOne(tx, ctx, accountId, id)));
  return ended;
}

/** What the log is to say of it, and then of what waited with it; nothing where it had ended already. */
async function endOne(tx: Transaction, ctx: Context, accountId: string, id: string): Promise<Change[]> {
  const isIt = and(eq(agentKeys.accountId, accountId), eq(agentKeys.id, id));
  const [ended] = await tx
    .update(agentKeys)
    .set({ revokedAt: new Date(ctx.nowMs()) })
    .where(and(isIt, isNull(agentKeys.revokedAt)))
    .returning({ id: agentKeys.id, agentId: agentKeys.agentId, clientName: agentKeys.clientName });
  if (ended === undefined) return [];
  const [agent] = await tx
    .select({ id: agents.id, name: agents.name })
    .from(agents)
    .where(and(eq(agents.accountId, accountId), eq(agents.id, ended.agentId)));
  if (agent === undefined) return [];
  return [toDisconnection(agent, ended), ...(await endApprovals(tx, ctx, accountId, { keyIds: [id] }))];
}
