// Agent keys, and the access tokens that stand for one: minted once, stored as a hash, found by it.

import { createHash } from 'node:crypto';
import type { AgentStatus } from '@keytrail/shared/agent';
import { accountOfAccessToken, accountOfAgentKey, mintAgentKey, mintUuid } from '@keytrail/shared/ids';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agentKeys, agents, endedKeys } from '../base/schema.ts';

/** The agent that a key belongs to. A revoked key still names it, so that its use can be recorded. */
export interface AgentOfKey {
  readonly accountId: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly status: AgentStatus;
  readonly keyId: string;
  /** Whether its end has come by now. */
  readonly keyRevoked: boolean;
  readonly keyClientName: string | null;
  readonly lastUsedAt: Date | null;
  readonly keyLastUsedAt: Date | null;
}

/** Finds who holds a key, or held it when they were removed; null for a key that this server never issued. */
export async function findAgentByKey(ctx: Context, key: string): Promise<AgentOfKey | null> {
  const accountId = accountOfAgentKey(key);
  return accountId === null ? null : findAgentByHash(ctx, accountId, key);
}

/**
 * Finds the agent that an access token stands for; null for a token that this server never issued, and for one that has run
 * out or was replaced. One whose connection was ended still names the agent.
 */
export async function findAgentByAccessToken(ctx: Context, token: string): Promise<AgentOfKey | null> {
  const accountId = accountOfAccessToken(token);
  return accountId === null ? null : findAgentByHash(ctx, accountId, token);
}

async function findAgentByHash(ctx: Context, accountId: string, key: string): Promise<AgentOfKey | null> {
  const [row] = await withAccount(ctx.db, accountId, (tx) =>
    tx
      .select({
        agentId: agents.id,
        agentName: agents.name,
        status: agents.status,
        keyId: agentKeys.id,
        keyClientName: agentKeys.clientName,
        revokedAt: agentKeys.revokedAt,
        expiresAt: agentKeys.expiresAt,
        lastUsedAt: agents.lastUsedAt,
        keyLastUsedAt: agentKeys.lastUsedAt,
      })
      .from(agentKeys)
      .innerJoin(agents, and(eq(agents.accountId, agentKeys.accountId), eq(agents.id, agentKeys.agentId)))
      .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.hash, hashKey(key)))),
  );
  if (row === undefined) return findRemovedAgent(ctx, accountId, hashKey(key));
  const { revokedAt, expiresAt, ...agent } = row;
  if (expiresAt !== null && expiresAt.getTime() <= ctx.nowMs()) return null;
  return { accountId, ...agent, keyRevoked: revokedAt !== null && revokedAt.getTime() <= ctx.nowMs() };
}

/** The agent that a key belonged to when the agent was removed: its use is to be refused and recorded. Null for any other key. */
export async function findRemovedAgent(ctx: Context, accountId: string, hash: Buffer): Promise<AgentOfKey | null> {
  const [row] = await withAccount(ctx.db, accountId, (tx) =>
    tx
      .select({ agentId: endedKeys.agentId, agentName: endedKeys.agentName, keyId: endedKeys.keyId })
      .from(endedKeys)
      .where(and(eq(endedKeys.accountId, accountId), eq(endedKeys.hash, hash))),
  );
  if (row === undefined) return null;
  const nothingKnown = { keyClientName: null, lastUsedAt: null, keyLastUsedAt: null };
  return { accountId, ...row, ...nothingKnown, status: 'active', keyRevoked: true };
}

/** Keeps what its keys are known by when an agent is removed. Call it before their rows go with the agent. */
export async function keepEndedKeys(
  tx: Transaction,
  ctx: Pick<Context, 'nowMs'>,
  accountId: string,
  agent: { readonly id: string; readonly name: string },
): Promise<void> {
  const keys = await tx
    .select({ hash: agentKeys.hash, keyId: agentKeys.id })
    .from(agentKeys)
    .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.agentId, agent.id)));
  if (keys.length === 0) return;
  const common = { accountId, agentId: agent.id, agentName: agent.name, endedAt: new Date(ctx.nowMs()) };
  await tx.insert(endedKeys).values(keys.map((key) => ({ ...common, ...key })));
}

interface IssuedKey {
  /** Returned here and never again. */
  readonly key: string;
  readonly keyId: string;
  /** The key that it replaces, and when that one ends; null for an agent's first. */
  readonly replaced: { readonly keyId: string; readonly endsAt: Date } | null;
}

/**
 * Gives an agent, which the caller has locked, a new key. The one that it replaces works on for the overlap; whatever
 * older ones still work are for the caller to end: `endKeys`.
 */
export async function issueKey(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  agentId: string,
  overlapMinutes: number,
): Promise<IssuedKey> {
  const endsAt = new Date(ctx.nowMs() + overlapMinutes * 60_000);
  const key = mintAgentKey(accountId, ctx.randomBytes);
  const keyId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const [replaced] = await tx
    .update(agentKeys)
    .set({ revokedAt: endsAt })
    .where(
      and(
        eq(agentKeys.accountId, accountId),
        eq(agentKeys.agentId, agentId),
        eq(agentKeys.kind, 'key'),
        isNull(agentKeys.revokedAt),
      ),
    )
    .returning({ keyId: agentKeys.id });
  await tx.insert(agentKeys).values({
    accountId,
    id: keyId,
    agentId,
    hash: hashKey(key),
    hint: key.slice(-4),
    createdAt: new Date(ctx.nowMs()),
  });
  return { key, keyId, replaced: replaced === undefined ? null : { ...replaced, endsAt } };
}

/** As it is stored. */
export function hashKey(key: string | Uint8Array): Buffer {
  return createHash('sha256').update(key).digest();
}
