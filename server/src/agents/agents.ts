// Agents: made, renamed, suspended and removed by their owner; each change is an event.

import type { AgentInput, AgentKeySummary, AgentStatus, AgentSummary } from '@keytrail/shared/agent';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { and, desc, eq, sql } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import { issueKey, keepEndedKeys } from '../auth/agent-keys.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { findCode, type Transaction, withAccount } from '../base/db.ts';
import { agents } from '../base/schema.ts';
import { endApprovals } from './approval-end.ts';
import { endAttachments } from './attachments.ts';
import { selectConnections } from './connection-rows.ts';
import { endAccessRequests, endGrants, endKeys } from './standing.ts';

export function listAgents(ctx: Context, owner: OwnerPrincipal): Promise<AgentSummary[]> {
  return withAccount(ctx.db, owner.accountId, (tx) => selectAgents(tx, ctx, owner.accountId));
}

/** Makes an agent and its first key, which is in this answer and nowhere else. */
export function createAgent(
  ctx: Context,
  owner: OwnerPrincipal,
  input: AgentInput,
): Promise<{ agent: AgentSummary; key: string }> {
  return changeAgent(ctx, owner, async (tx) => {
    const id = await insertAgent(tx, ctx, owner.accountId, input);
    const { key, keyId } = await issueKey(tx, ctx, owner.accountId, id, 0);
    const agent = await getAgent(tx, ctx, owner.accountId, id);
    return { answer: { agent, key }, change: { ...toChange('create', 'Agent created', agent), keyId } };
  });
}

/** An agent without any key, which nobody can act as yet. Answers its id. */
export async function insertAgent(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  input: AgentInput,
): Promise<string> {
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  await tx.insert(agents).values({ accountId, id, ...input, status: 'active', createdAt: new Date(ctx.nowMs()) });
  return id;
}

export function updateAgent(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, ...input }: AgentInput & { id: string },
): Promise<AgentSummary> {
  return changeAgent(ctx, owner, async (tx) => {
    await lockAgent(tx, owner.accountId, id);
    const old = await getAgent(tx, ctx, owner.accountId, id);
    const fields = (['name', 'description'] as const).filter((member) => input[member] !== old[member]);
    if (fields.length === 0) return { answer: old, change: null };
    await tx.update(agents).set(input).where(isAgent(owner.accountId, id));
    const agent = await getAgent(tx, ctx, owner.accountId, id);
    const note = agent.name === old.name ? {} : { note: `It was called “${old.name}”` };
    return { answer: agent, change: { ...toChange('update', 'Agent changed', agent), fields, ...note } };
  });
}

/** Suspends or resumes an agent. One that has this status already stays as it is. */
export function setAgentStatus(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string; status: AgentStatus },
): Promise<AgentSummary> {
  return changeAgent(ctx, owner, async (tx) => {
    await lockAgent(tx, owner.accountId, input.id);
    const old = await getAgent(tx, ctx, owner.accountId, input.id);
    if (old.status === input.status) return { answer: old, change: null };
    await tx.update(agents).set({ status: input.status }).where(isAgent(owner.accountId, input.id));
    const agent = await getAgent(tx, ctx, owner.accountId, input.id);
    const change =
      input.status === 'suspended'
        ? toChange('suspend', 'Agent suspended', agent)
        : toChange('resume', 'Agent resumed', agent);
    const along =
      input.status === 'suspended' ? await endApprovals(tx, ctx, owner.accountId, { agentId: input.id }) : [];
    return { answer: agent, along, change };
  });
}

/**
 * Removes the agent with its keys, connected clients, grants and attached policies, each of which the log names. Its events stay, under the
 * name it had. The events come last: they hold the log's head, for which others wait who hold what the removal
 * cascades to.
 */
export function removeAgent(ctx: Context, owner: OwnerPrincipal, input: { id: string }): Promise<{ id: string }> {
  return changeAgent(ctx, owner, async (tx) => {
    await lockAgent(tx, owner.accountId, input.id);
    const agent = await getAgent(tx, ctx, owner.accountId, input.id);
    const along = [
      ...(await endGrants(tx, ctx, owner.accountId, { agentId: agent.id })),
      ...(await endKeys(tx, ctx, owner.accountId, agent)),
      ...(await endAccessRequests(tx, ctx, owner.accountId, agent)),
      ...(await endApprovals(tx, ctx, owner.accountId, { agentId: agent.id })),
      ...(await endAttachments(tx, owner.accountId, { kind: 'agent', id: agent.id })),
    ];
    await keepEndedKeys(tx, ctx, owner.accountId, agent);
    await tx.delete(agents).where(isAgent(owner.accountId, input.id));
    return { answer: { id: input.id }, along, change: toChange('delete', 'Agent removed', agent) };
  });
}

/** Carries out a change of an agent and records it, with what it ends along, in one transaction. Null: nothing changed. */
export async function changeAgent<T>(
  ctx: Context,
  owner: OwnerPrincipal,
  work: (tx: Transaction) => Promise<{ answer: T; along?: Change[]; change: Change | null }>,
): Promise<T> {
  try {
    return await withAccount(ctx.db, owner.accountId, async (tx) => {
      const { answer, along, change } = await work(tx);
      if (change !== null) await recordChanges(tx, ctx, owner, change, along);
      return answer;
    });
  } catch (error) {
    if (findCode(error) !== '23505') throw error;
    throw new AppError('conflict', {
      message: 'agent name taken',
      public: 'An agent of this name exists already; choose another name.',
      cause: error,
    });
  }
}

/** Lets changes of one agent happen one after the other. Throws `not_found` outside the account. */
export async function lockAgent(tx: Transaction, accountId: string, id: string): Promise<void> {
  if (!(await lockExistingAgent(tx, accountId, id))) throw new AppError('not_found', { message: `no agent ${id}` });
}

/** The same for who acts as the agent; false where it has been removed since. */
export async function lockExistingAgent(tx: Transaction, accountId: string, id: string): Promise<boolean> {
  const [row] = await tx.select({ id: agents.id }).from(agents).where(isAgent(accountId, id)).for('update');
  return row !== undefined;
}

/** Throws `not_found` outside the account. */
export async function getAgentStatus(tx: Transaction, accountId: string, id: string): Promise<AgentStatus> {
  const [row] = await tx.select({ status: agents.status }).from(agents).where(isAgent(accountId, id));
  if (row === undefined) throw new AppError('not_found', { message: `no agent ${id}` });
  return row.status;
}

export async function getAgent(tx: Transaction, ctx: Context, accountId: string, id: string): Promise<AgentSummary> {
  const [agent] = await selectAgents(tx, ctx, accountId, id);
  if (agent === undefined) throw new AppError('not_found', { message: `no agent ${id}` });
  return agent;
}

async function selectAgents(tx: Transaction, ctx: Context, accountId: string, id?: string): Promise<AgentSummary[]> {
  const now = new Date(ctx.nowMs()).toISOString();
  const rows = await tx
    .select({
      id: agents.id,
      name: agents.name,
      description: agents.description,
      status: agents.status,
      createdAt: agents.createdAt,
      lastUsedAt: agents.lastUsedAt,
      // Qualified by hand: Drizzle leaves the table's name out where it selects from one table only.
      keys: sql<AgentKeySummary[]>`coalesce((
        select json_agg(json_build_object('id', k.id, 'hint', k.hint, 'createdAt', ${toIso('k.created_at')},
          'endsAt', ${toIso('k.revoked_at')}, 'lastUsedAt', ${toIso('k.last_used_at')}) order by k.created_at desc, k.id desc)
        from agent_keys k
        where k.account_id = ${accountId} and k.agent_id = agents.id and k.kind = 'key'
          and (k.revoked_at is null or k.revoked_at > ${now}::timestamptz)), '[]')`,
      activeGrants: sql<number>`(select count(*)::int from grants g
        where g.account_id = ${accountId} and g.agent_id = agents.id and g.revoked_at is null
          and (g.expires_at is null or g.expires_at > ${now}::timestamptz))`,
    })
    .from(agents)
    .where(id === undefined ? eq(agents.accountId, accountId) : isAgent(accountId, id))
    .orderBy(desc(agents.createdAt));
  const connections = await selectConnections(tx, ctx, accountId, id);
  return rows.map((row) => ({
    ...row,
    connections: connections.get(row.id) ?? [],
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }));
}

/** As `Date.toISOString` writes it; null stays null. */
function toIso(column: 'k.created_at' | 'k.revoked_at' | 'k.last_used_at') {
  return sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
}

function isAgent(accountId: string, id: string) {
  return and(eq(agents.accountId, accountId), eq(agents.id, id));
}

/** What the log is to say of a change. */
export function toChange(action: Change['action'], title: string, agent: AgentSummary): Change {
  return { action, title, agentId: agent.id, agentName: agent.name };
}
