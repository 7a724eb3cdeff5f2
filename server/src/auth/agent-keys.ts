// Agent keys: minted once, stored as a hash, found by it.

import { createHash } from 'node:crypto';
import type { AgentStatus } from '@keytrail/shared/agent';
import { accountOfAgentKey, mintAgentKey, mintUuid } from '@keytrail/shared/ids';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agentKeys, agents } from '../base/schema.ts';

/** The agent that a key belongs to. A revoked key still names it, so that its use can be recorded. */
export interface AgentOfKey {
  readonly accountId: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly status: AgentStatus;
  readonly keyId: string;
  readonly keyRevoked: boolean;
  readonly keyClientName: string | null;
  readonly lastUsedAt: Date | null;
}

/** Finds who holds a key; null for a key that this server never issued. */
export async function findAgentByKey(ctx: Context, key: string): Promise<AgentOfKey | null> {
  const accountId = accountOfAgentKey(key);
  if (accountId === null) return null;
  const [row] = await withAccount(ctx.db, accountId, (tx) =>
    tx
      .select({
        agentId: agents.id,
        agentName: agents.name,
        status: agents.status,
        keyId: agentKeys.id,
        keyClientName: agentKeys.clientName,
        revokedAt: agentKeys.revokedAt,
        lastUsedAt: agents.lastUsedAt,
      })
      .from(agentKeys)
      .innerJoin(agents, and(eq(agents.accountId, agentKeys.accountId), eq(agents.id, agentKeys.agentId)))
      .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.hash, hashKey(key)))),
  );
  if (row === undefined) return null;
  const { revokedAt, ...agent } = row;
  return { accountId, ...agent, keyRevoked: revokedAt !== null };
}

/** Gives an agent a new key and revokes the ones it had. The key is returned here and never again; its id is no secret. */
export async function issueKey(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agentId: string,
): Promise<{ key: string; keyId: string }> {
  const now = new Date(ctx.nowMs());
  const key = mintAgentKey(accountId, ctx.randomBytes);
  const keyId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  await tx
    .update(agentKeys)
    .set({ revokedAt: now })
    .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.agentId, agentId), isNull(agentKeys.revokedAt)));
  await tx.insert(agentKeys).values({
    accountId,
    id: keyId,
    agentId,
    hash: hashKey(key),
    hint: key.slice(-4),
    createdAt: now,
  });
  return { key, keyId };
}

/** As it is stored. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
