// What ends along with an agent or a credential: the grants and keys that stood until then. Each is revoked by name, so
// that the log never leaves a grant open that the tables no longer know.

import { and, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { Change } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { accessRequests, agentKeys, agents, credentials, grants } from '../base/schema.ts';
import { endApprovals } from './approval-end.ts';

/**
 * Ends the standing grants of an agent or of a credential, which the caller has locked, and answers what the log is to
 * say of each.
 */
export async function endGrants(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  by: { agentId: string } | { credentialId: string },
): Promise<Change[]> {
  const now = new Date(ctx.nowMs());
  const areTheirs = and(
    eq(grants.accountId, accountId),
    'agentId' in by ? eq(grants.agentId, by.agentId) : eq(grants.credentialId, by.credentialId),
  );
  // All that the removal cascades to, in one order: an agent and a credential that go at once share grants.
  await tx.select({ id: grants.id }).from(grants).where(areTheirs).orderBy(grants.id).for('update');
  const ended = await tx
    .update(grants)
    .set({ revokedAt: now })
    .where(
      and(
        areTheirs,
        isNull(grants.revokedAt),
        // One that has run out ended then, not now.
        or(isNull(grants.expiresAt), gt(grants.expiresAt, now)),
      ),
    )
    .returning({ id: grants.id });
  if (ended.length === 0) return [];
  const rows = await tx
    .select({
      grantId: grants.id,
      fields: grants.fields,
      agentId: grants.agentId,
      agentName: agents.name,
      credentialId: grants.credentialId,
      credentialLabel: credentials.label,
      service: credentials.service,
    })
    .from(grants)
    .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
    .innerJoin(agents, and(eq(agents.accountId, grants.accountId), eq(agents.id, grants.agentId)))
    .where(
      and(
        eq(grants.accountId, accountId),
        inArray(
          grants.id,
          ended.map(({ id }) => id),
        ),
      ),
    )
    .orderBy(grants.createdAt, grants.id);
  return rows.map(({ fields, ...row }) => ({
    action: 'revoke',
    title: 'Grant revoked',
    ...row,
    ...(fields === null ? {} : { fields }),
  }));
}

/**
 * Ends the keys with which an agent, which the caller has locked, can act by now, its connected clients too, or only the
 * keys that were replaced and work on for a while; answers what the log is to say of each, and then of what waited with them.
 */
export async function endKeys(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agent: { id: string; name: string },
  which: 'all' | 'replaced' = 'all',
): Promise<Change[]> {
  const now = new Date(ctx.nowMs());
  const endsLater = gt(agentKeys.revokedAt, now);
  const ended = await tx
    .update(agentKeys)
    .set({ revokedAt: now })
    .where(
      and(
        eq(agentKeys.accountId, accountId),
        eq(agentKeys.agentId, agent.id),
        which === 'all' ? or(isNull(agentKeys.revokedAt), endsLater) : endsLater,
      ),
    )
    .returning({ id: agentKeys.id, kind: agentKeys.kind, clientName: agentKeys.clientName });
  return [
    ...ended.map((key) => (key.kind === 'connection' ? toDisconnection(agent, key) : toKeyEnd(agent, key.id))),
    ...(await endApprovals(tx, ctx, accountId, { keyIds: ended.map(({ id }) => id) })),
  ];
}

/**
 * Ends what an agent, which the caller has locked, still asks for, and answers what the log is to say of each, under the
 * correlation id that it was asked with.
 */
export async function endAccessRequests(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agent: { id: string; name: string },
): Promise<Change[]> {
  const ended = await tx
    .update(accessRequests)
    .set({ status: 'denied', answeredAt: new Date(ctx.nowMs()) })
    .where(
      and(
        eq(accessRequests.accountId, accountId),
        eq(accessRequests.agentId, agent.id),
        eq(accessRequests.status, 'waiting'),
      ),
    )
    .returning({ service: accessRequests.service, correlationId: accessRequests.correlationId });
  return ended.map((request) => ({
    action: 'refuse',
    title: 'Access request ended',
    ...request,
    agentId: agent.id,
    agentName: agent.name,
  }));
}

/** What the log says of a key that no longer works. */
export function toKeyEnd(agent: { id: string; name: string }, keyId: string): Change {
  return { action: 'revoke', title: 'Agent key revoked', keyId, agentId: agent.id, agentName: agent.name };
}

/** What the log says of a client that may no longer act as an agent. */
export function toDisconnection(
  agent: { id: string; name: string },
  connection: { id: string; clientName: string | null },
): Change {
  return {
    action: 'revoke',
    title: 'Client disconnected',
    keyId: connection.id,
    agentId: agent.id,
    agentName: agent.name,
    ...(connection.clientName === null ? {} : { note: connection.clientName }),
  };
}
