// Asking for the owner's word: the same request (asker, grant, credential, fields, policies that ask) takes up what was said to
// it, or joins the one that waits; else it is a new one, a row and an event in one transaction.

import { mintUuid } from '@keytrail/shared/ids';
import type { ApprovalNeed } from '@keytrail/shared/judge-policy';
import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { type Asker, isOfAsker, isSameAsked, lockAsker, toAskerColumns } from './approval-asker.ts';
import { recordRequest } from './approval-events.ts';
import { type ApprovalRow, isCovering } from './approval-store.ts';

/** Who wants what and why the owner is asked. */
export interface ApprovalAsk {
  readonly asker: Asker;
  readonly need: ApprovalNeed;
  /** Null where nothing is injected. */
  readonly credential: { readonly id: string; readonly service: string; readonly label: string } | null;
  readonly fields: readonly string[];
}

/** Of one asker. What a person could not read through is not worth asking. */
export const waitingMax = 20;
/** Of one asker within a minute, answered or not: requests that time out soon must not flood owner and log. */
const requestsPerMinuteMax = 30;
/** An answer that nobody has taken up is good for so long after it was given. */
export const freshMs = 5 * 60_000;
/** How far back answers are looked for; none holds longer. */
const rememberedMs = 24 * 3_600_000;

/** Why nothing is asked: too much is asked already, or what was asked for cannot be had any more. */
export type Unasked = 'crowded' | 'impossible';

/** What there is to be found: an answer or a request that waits. */
export async function findOrRequest(ctx: Context, ask: ApprovalAsk): Promise<ApprovalRow | Unasked> {
  const { accountId } = ask.asker.by;
  // Without a lock: what holds for longer is taken up again and again, by many at once.
  const known = await withAccount(ctx.db, accountId, (tx) => findTakenUp(tx, ctx, ask));
  if (known !== undefined) return known;
  return withAccount(ctx.db, accountId, async (tx) => {
    // One after the other, so that what is asked twice at once is one request, and the bound is one.
    if (!(await lockAsker(tx, ctx, ask.asker, ask.credential?.id ?? null))) return 'impossible';
    const meanwhile = await findTakenUp(tx, ctx, ask);
    if (meanwhile !== undefined) return meanwhile;
    if (await isCrowded(tx, ctx, ask.asker)) return 'crowded';
    return insertRequest(tx, ctx, ask);
  });
}

/** The newest row that settles this request or waits for it. */
async function findTakenUp(tx: Transaction, ctx: Context, ask: ApprovalAsk): Promise<ApprovalRow | undefined> {
  const { asker, credential, fields, need } = ask;
  const { client, clientIp = null } = asker.by.requester;
  const rows = await tx
    .select()
    .from(approvals)
    .where(
      and(
        isOfAsker(asker),
        isCovering(need.policies, asker.kind === 'agent' ? asker.grantId : null),
        credential === null ? isNull(approvals.credentialId) : eq(approvals.credentialId, credential.id),
        gt(approvals.requestedAt, new Date(ctx.nowMs() - rememberedMs)),
        sql`${approvals.fields} = ${JSON.stringify([...fields].sort())}::jsonb`,
        // An answer is for the key, the client and the address that the owner was shown.
        eq(approvals.keyId, asker.by.keyId),
        eq(approvals.client, client),
        clientIp === null ? isNull(approvals.clientIp) : eq(approvals.clientIp, clientIp),
        asker.kind === 'proxy' ? eq(approvals.upstreamHost, asker.upstreamHost) : undefined,
      ),
    )
    .orderBy(desc(approvals.requestedAt), desc(approvals.id))
    .limit(50);
  return rows.find((row) => isTakenUp(row, ask, ctx.nowMs()));
}

/**
 * Whether a row settles a request now or waits for it. An answer for one use is for what the owner was shown in all, with
 * an agent's reason or what is called through a proxy. One that holds longer covers other reasons and other calls, for no
 * longer than the policies allow today, whatever they allowed when it was given.
 */
function isTakenUp(row: ApprovalRow, { need, asker }: ApprovalAsk, nowMs: number): boolean {
  if (row.status === 'ended') return false;
  const isSame = isSameAsked(row, asker);
  if (row.status === 'waiting') return isSame && row.expiresAt.getTime() > nowMs;
  const answeredMs = row.answeredAt?.getTime() ?? 0;
  if (isSame && row.usedAt === null && answeredMs + freshMs > nowMs) return true;
  return (row.holdsUntil?.getTime() ?? 0) > nowMs && answeredMs + need.rememberMinutes * 60_000 > nowMs;
}

async function isCrowded(tx: Transaction, ctx: Context, asker: Asker): Promise<boolean> {
  const nowMs = ctx.nowMs();
  const isWaiting = and(eq(approvals.status, 'waiting'), gt(approvals.expiresAt, new Date(nowMs)));
  if ((await tx.$count(approvals, and(isOfAsker(asker), isWaiting))) >= waitingMax) return true;
  const isRecent = gt(approvals.requestedAt, new Date(nowMs - 60_000));
  return (await tx.$count(approvals, and(isOfAsker(asker), isRecent))) >= requestsPerMinuteMax;
}

async function insertRequest(tx: Transaction, ctx: Context, ask: ApprovalAsk): Promise<ApprovalRow> {
  const nowMs = ctx.nowMs();
  const { asker, credential, need } = ask;
  const { accountId, keyId, requester } = asker.by;
  const [row] = await tx
    .insert(approvals)
    .values({
      ...(await toAskerColumns(tx, asker)),
      accountId,
      id: mintUuid(nowMs, ctx.randomBytes),
      status: 'waiting',
      keyId,
      credentialId: credential?.id ?? null,
      credentialLabel: credential?.label ?? null,
      service: credential?.service ?? null,
      fields: [...ask.fields].sort(),
      client: requester.client,
      clientName: requester.clientName ?? null,
      clientIp: requester.clientIp ?? null,
      userAgent: requester.userAgent ?? null,
      policies: need.policies.map(({ id, name }) => ({ id, name })),
      correlationId: mintUuid(nowMs, ctx.randomBytes),
      requestedAt: new Date(nowMs),
      expiresAt: new Date(nowMs + need.withinSeconds * 1000),
      rememberMinutes: need.rememberMinutes,
    })
    .returning();
  if (row === undefined) throw new Error('an insert returns its row');
  await recordRequest(tx, ctx, row);
  return row;
}
