// Asking for the owner's word: the same request (agent, credential, fields) takes up what was said to it, or joins the
// one that waits; else it is a new one, a row and an event in one transaction.

import { mintUuid } from '@keytrail/shared/ids';
import type { ApprovalNeed } from '@keytrail/shared/judge-policy';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { lockAgent } from './agents.ts';
import { recordRequest } from './approval-events.ts';
import type { ApprovalRow } from './approval-store.ts';

/** What an agent wants and why the owner is asked. */
export interface ApprovalAsk {
  readonly need: ApprovalNeed;
  readonly credential: { readonly id: string; readonly service: string; readonly label: string };
  readonly grantId: string;
  readonly fields: readonly string[];
  readonly reason: string | null;
}

/** Of one agent. What a person could not read through is not worth asking. */
export const waitingMax = 20;
/** Of one agent within a minute, answered or not: requests that time out soon must not flood owner and log. */
const requestsPerMinuteMax = 30;
/** An answer that nobody has taken up is good for so long after it was given. */
export const freshMs = 5 * 60_000;
/** How far back answers are looked for; none holds longer. */
const rememberedMs = 24 * 3_600_000;

/** What there is to be found: an answer or a request that waits; null where the agent asks too much. */
export async function findOrRequest(
  ctx: Context,
  agent: AgentPrincipal,
  ask: ApprovalAsk,
): Promise<ApprovalRow | null> {
  // Without a lock: what holds for longer is taken up again and again, by many at once.
  const known = await withAccount(ctx.db, agent.accountId, (tx) => findTakenUp(tx, ctx, agent, ask));
  if (known !== undefined) return known;
  return withAccount(ctx.db, agent.accountId, async (tx) => {
    // One after the other, so that what is asked twice at once is one request, and the bound is one.
    await lockAgent(tx, agent.accountId, agent.agentId);
    const meanwhile = await findTakenUp(tx, ctx, agent, ask);
    if (meanwhile !== undefined) return meanwhile;
    if (await isCrowded(tx, ctx, agent)) return null;
    return insertRequest(tx, ctx, agent, ask);
  });
}

/** The newest row that settles this request or waits for it. */
async function findTakenUp(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  ask: ApprovalAsk,
): Promise<ApprovalRow | undefined> {
  const rows = await tx
    .select()
    .from(approvals)
    .where(
      and(
        eq(approvals.accountId, agent.accountId),
        eq(approvals.agentId, agent.agentId),
        eq(approvals.credentialId, ask.credential.id),
        gt(approvals.requestedAt, new Date(ctx.nowMs() - rememberedMs)),
        sql`${approvals.fields} = ${JSON.stringify([...ask.fields].sort())}::jsonb`,
      ),
    )
    .orderBy(desc(approvals.requestedAt), desc(approvals.id))
    .limit(50);
  return rows.find((row) => isTakenUp(row, ask, agent, ctx.nowMs()));
}

/**
 * Whether a row settles a request now or waits for it. An answer is for the key, the client and the address that the owner
 * was shown, for one use with the reason as well. One that holds longer does so for no longer than the policies allow today,
 * whatever they allowed when it was given.
 */
function isTakenUp(row: ApprovalRow, { need, reason }: ApprovalAsk, agent: AgentPrincipal, nowMs: number): boolean {
  const { client, clientIp = null } = agent.requester;
  if (row.keyId !== agent.keyId || row.client !== client || row.clientIp !== clientIp) return false;
  const isSameReason = row.reason === reason;
  if (row.status === 'waiting') return isSameReason && row.expiresAt.getTime() > nowMs;
  const answeredMs = row.answeredAt?.getTime() ?? 0;
  if (isSameReason && row.usedAt === null && answeredMs + freshMs > nowMs) return true;
  return (row.holdsUntil?.getTime() ?? 0) > nowMs && answeredMs + need.rememberMinutes * 60_000 > nowMs;
}

async function isCrowded(tx: Transaction, ctx: Context, agent: AgentPrincipal): Promise<boolean> {
  const nowMs = ctx.nowMs();
  const ofAgent = and(eq(approvals.accountId, agent.accountId), eq(approvals.agentId, agent.agentId));
  const isWaiting = and(eq(approvals.status, 'waiting'), gt(approvals.expiresAt, new Date(nowMs)));
  if ((await tx.$count(approvals, and(ofAgent, isWaiting))) >= waitingMax) return true;
  const isRecent = gt(approvals.requestedAt, new Date(nowMs - 60_000));
  return (await tx.$count(approvals, and(ofAgent, isRecent))) >= requestsPerMinuteMax;
}

async function insertRequest(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  ask: ApprovalAsk,
): Promise<ApprovalRow> {
  const nowMs = ctx.nowMs();
  const { requester } = agent;
  const [row] = await tx
    .insert(approvals)
    .values({
      accountId: agent.accountId,
      id: mintUuid(nowMs, ctx.randomBytes),
      status: 'waiting',
      agentId: agent.agentId,
      agentName: agent.agentName,
      keyId: agent.keyId,
      grantId: ask.grantId,
      credentialId: ask.credential.id,
      credentialLabel: ask.credential.label,
      service: ask.credential.service,
      fields: [...ask.fields].sort(),
      reason: ask.reason,
      client: requester.client,
      clientName: requester.clientName ?? null,
      clientIp: requester.clientIp ?? null,
      userAgent: requester.userAgent ?? null,
      policies: ask.need.policies.map(({ id, name }) => ({ id, name })),
      correlationId: mintUuid(nowMs, ctx.randomBytes),
      requestedAt: new Date(nowMs),
      expiresAt: new Date(nowMs + ask.need.withinSeconds * 1000),
      rememberMinutes: ask.need.rememberMinutes,
    })
    .returning();
  if (row === undefined) throw new Error('an insert returns its row');
  await recordRequest(tx, ctx, row);
  return row;
}
