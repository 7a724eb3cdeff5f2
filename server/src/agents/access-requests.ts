// Asking for a grant: the same question of the same agent (service, label, fields) joins the one that waits, or takes up what
// was said to it; else it is a new one, a row and an event in one transaction. Nothing here looks at credentials, so that no
// answer tells whether there is one.

import type { AccessRequestInput } from '@keytrail/shared/access-request-schema';
import { mintUuid } from '@keytrail/shared/ids';
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { accessRequests, grants } from '../base/schema.ts';
import { recordAsked } from './access-request-events.ts';
import type { AccessRequestRow } from './access-request-store.ts';
import { lockExistingAgent } from './agents.ts';

/** Of one agent at a time: each for something else. */
const waitingMax = 5;
/** Of one agent within an hour, answered or not: a refused one may ask again, but not without end. */
const requestsPerHourMax = 10;
/** How long the owner has. */
const answerMs = 24 * 3_600_000;

/** Why nothing is asked: the agent asks too much, was removed since it came, or was given meanwhile what it asks for. */
export type Unasked = 'crowded' | 'removed' | 'held';

/**
 * What there is to be found: an answer or a request that waits.
 * @param isHeld whether the agent has by now what it asks for; asked while nobody can give it anything.
 */
export function findOrAsk(
  ctx: Context,
  agent: AgentPrincipal,
  ask: AccessRequestInput,
  isHeld: (tx: Transaction) => Promise<boolean>,
): Promise<AccessRequestRow | Unasked> {
  return withAccount(ctx.db, agent.accountId, async (tx) => {
    // One after the other, so that what is asked twice at once is one request, and the bounds are exact.
    if (!(await lockExistingAgent(tx, agent.accountId, agent.agentId))) return 'removed';
    if (await isHeld(tx)) return 'held';
    const known = await findTakenUp(tx, ctx, agent, ask);
    if (known !== undefined) return known;
    return (await isCrowded(tx, ctx, agent)) ? 'crowded' : insertRequest(tx, ctx, agent, ask);
  });
}

/** The newest row that settles this request or waits for it. A refusal is heard once, a grant for as long as it stands. */
async function findTakenUp(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  ask: AccessRequestInput,
): Promise<AccessRequestRow | undefined> {
  const rows = await tx
    .select({ request: accessRequests, grant: grants })
    .from(accessRequests)
    .leftJoin(
      grants,
      and(
        eq(grants.accountId, accessRequests.accountId),
        eq(grants.id, accessRequests.grantId),
        isNull(grants.revokedAt),
      ),
    )
    .where(and(isOfAgent(agent), eq(accessRequests.service, ask.service)))
    .orderBy(desc(accessRequests.requestedAt), desc(accessRequests.id))
    .limit(50);
  const found = rows.find(({ request, grant }) => {
    // What the owner says to a question is no answer to another one.
    if (!isSame(request, ask)) return false;
    if (request.status === 'waiting') return true;
    if (request.status !== 'granted') return request.toldAt === null;
    return grant !== null && (grant.expiresAt === null || grant.expiresAt.getTime() > ctx.nowMs());
  });
  return found?.request;
}

function isSame(row: AccessRequestRow, ask: AccessRequestInput): boolean {
  return row.label === (ask.label ?? null) && toList(row.fields) === toList(toFields(ask));
}

function toFields({ fields }: AccessRequestInput): string[] | null {
  return fields === undefined ? null : [...new Set(fields)].sort();
}

function toList(fields: readonly string[] | null): string {
  return fields?.join('\n') ?? '';
}

async function isCrowded(tx: Transaction, ctx: Context, agent: AgentPrincipal): Promise<boolean> {
  const now = new Date(ctx.nowMs());
  const isWaiting = and(eq(accessRequests.status, 'waiting'), gt(accessRequests.expiresAt, now));
  if ((await tx.$count(accessRequests, and(isOfAgent(agent), isWaiting))) >= waitingMax) return true;
  const isRecent = gt(accessRequests.requestedAt, new Date(now.getTime() - 3_600_000));
  return (await tx.$count(accessRequests, and(isOfAgent(agent), isRecent))) >= requestsPerHourMax;
}

function isOfAgent({ accountId, agentId }: AgentPrincipal) {
  return and(eq(accessRequests.accountId, accountId), eq(accessRequests.agentId, agentId));
}

async function insertRequest(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  ask: AccessRequestInput,
): Promise<AccessRequestRow> {
  const nowMs = ctx.nowMs();
  const { requester } = agent;
  const [row] = await tx
    .insert(accessRequests)
    .values({
      accountId: agent.accountId,
      id: mintUuid(nowMs, ctx.randomBytes),
      status: 'waiting',
      agentId: agent.agentId,
      agentName: agent.agentName,
      keyId: agent.keyId,
      service: ask.service,
      label: ask.label ?? null,
      fields: toFields(ask),
      reason: ask.reason,
      duration: ask.duration ?? null,
      client: requester.client,
      clientName: requester.clientName ?? null,
      clientIp: requester.clientIp ?? null,
      userAgent: requester.userAgent ?? null,
      correlationId: mintUuid(nowMs, ctx.randomBytes),
      requestedAt: new Date(nowMs),
      expiresAt: new Date(nowMs + answerMs),
    })
    .returning();
  if (row === undefined) throw new Error('an insert returns its row');
  await recordAsked(tx, ctx, row);
  return row;
}

/** Takes note that a refusal has reached the agent. */
export async function markTold(ctx: Context, { accountId, id }: AccessRequestRow): Promise<void> {
  await withAccount(ctx.db, accountId, (tx) =>
    tx
      .update(accessRequests)
      .set({ toldAt: new Date(ctx.nowMs()) })
      .where(and(eq(accessRequests.accountId, accountId), eq(accessRequests.id, id))),
  );
}
