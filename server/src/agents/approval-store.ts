// Requests for the owner's word as rows: how one is found, and how it is shown.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import { toShownAsker } from './approval-asker.ts';

export type ApprovalRow = typeof approvals.$inferSelect;

/** How long an answer stays in the inbox, so that every device sees what was decided. */
export const answerShownMs = 60_000;
const inboxMax = 100;

/** Requests of the account, the newest first. */
export function listApprovals(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { limit: number },
): Promise<ApprovalSummary[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const rows = await tx
      .select()
      .from(approvals)
      .where(eq(approvals.accountId, owner.accountId))
      .orderBy(desc(approvals.requestedAt), desc(approvals.id))
      .limit(input.limit);
    return rows.map(toSummary);
  });
}

/** What waits, the oldest first; then what was settled within the last minute. */
export async function selectInbox(tx: Transaction, accountId: string, nowMs: number): Promise<ApprovalSummary[]> {
  const rows = await tx
    .select()
    .from(approvals)
    .where(
      and(
        eq(approvals.accountId, accountId),
        or(
          and(eq(approvals.status, 'waiting'), gt(approvals.expiresAt, new Date(nowMs))),
          gt(approvals.answeredAt, new Date(nowMs - answerShownMs)),
        ),
      ),
    )
    // What waits before the cut: one whose requests time out must not hide another's.
    .orderBy(sql`${approvals.status} <> 'waiting'`, asc(approvals.requestedAt), asc(approvals.id))
    .limit(inboxMax);
  const waiting = rows.filter(({ status }) => status === 'waiting');
  const settled = rows.filter(({ status }) => status !== 'waiting');
  return [...waiting, ...settled].map(toSummary);
}

/** Throws `not_found` outside the account. */
export async function getApproval(tx: Transaction, accountId: string, id: string): Promise<ApprovalRow> {
  const [row] = await tx.select().from(approvals).where(isApproval(accountId, id));
  if (row === undefined) throw new AppError('not_found', { message: `no approval ${id}` });
  return row;
}

export function isApproval(accountId: string, id: string) {
  return and(eq(approvals.accountId, accountId), eq(approvals.id, id));
}

/**
 * Rows whose answer covers an access: every policy that asks now was among those that asked then, and an agent's grant is
 * that very one. A policy that is attached later asks for itself, and no answer outlives the grant that it was given about.
 */
export function isCovering(asking: readonly { readonly id: string }[], grantId: string | null) {
  const ids = JSON.stringify(asking.map(({ id }) => ({ id })));
  const isOfGrant = grantId === null ? isNull(approvals.grantId) : eq(approvals.grantId, grantId);
  return and(isOfGrant, sql`${approvals.policies} @> ${ids}::jsonb`);
}

/** A row as every device sees it. */
export function toSummary(row: ApprovalRow): ApprovalSummary {
  return {
    id: row.id,
    status: row.status,
    asker: toShownAsker(row),
    credentialId: row.credentialId,
    credentialLabel: row.credentialLabel,
    service: row.service,
    fields: row.fields,
    reason: row.reason,
    client: row.client,
    clientName: row.clientName,
    clientIp: row.clientIp,
    userAgent: row.userAgent,
    policies: row.policies,
    correlationId: row.correlationId,
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    rememberMinutes: row.rememberMinutes,
    answeredAt: row.answeredAt?.toISOString() ?? null,
    answeredFrom: row.answeredFrom,
    note: row.note,
    holdsUntil: row.holdsUntil?.toISOString() ?? null,
  };
}
