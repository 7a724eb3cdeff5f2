// What ends along with an agent or a credential: the grants and keys that stood until then. Each is revoked by name, so
// that the log never leaves a grant open that the tables no longer know.

import { and, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { Change } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { agentKeys, agents, credentials, grants } from '../base/schema.ts';

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

/** Ends the keys that an agent has, and answers what the log is to say of each. */
export async function endKeys(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agent: { id: string; name: string },
): Promise<Change[]> {
  const ended = await tx
    .update(agentKeys)
    .set({ revokedAt: new Date(ctx.nowMs()) })
    .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.agentId, agent.id), isNull(agentKeys.revokedAt)))
    .returning({ id: agentKeys.id });
  return ended.map(({ id }) => ({
    action: 'revoke',
    title: 'Agent key revoked',
    keyId: id,
    agentId: agent.id,
    agentName: agent.name,
  }));
}
