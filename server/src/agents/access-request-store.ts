// Requests for grants as rows: how one is found, and how it is shown.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, eq, gt, or, sql } from 'drizzle-orm';
import type { Transaction } from '../base/db.ts';
import { accessRequests } from '../base/schema.ts';
import { answerShownMs } from './approval-store.ts';

export type AccessRequestRow = typeof accessRequests.$inferSelect;

const inboxMax = 100;

/** What waits, the oldest first; then what was settled within the last minute. */
export async function selectAccessRequests(
  tx: Transaction,
  accountId: string,
  nowMs: number,
): Promise<AccessRequestSummary[]> {
  const rows = await tx
    .select()
    .from(accessRequests)
    .where(
      and(
        eq(accessRequests.accountId, accountId),
        or(
          and(eq(accessRequests.status, 'waiting'), gt(accessRequests.expiresAt, new Date(nowMs))),
          gt(accessRequests.answeredAt, new Date(nowMs - answerShownMs)),
        ),
      ),
    )
    .orderBy(sql`${accessRequests.status} <> 'waiting'`, asc(accessRequests.requestedAt), asc(accessRequests.id))
    .limit(inboxMax);
  return rows.map(toAccessRequestSummary);
}

/** Throws `not_found` outside the account. */
export async function getAccessRequest(tx: Transaction, accountId: string, id: string): Promise<AccessRequestRow> {
  const row = await findAccessRequest(tx, accountId, id);
  if (row === undefined) throw new AppError('not_found', { message: `no access request ${id}` });
  return row;
}

/** A request goes with its agent. */
export async function findAccessRequest(
  tx: Transaction,
  accountId: string,
  id: string,
): Promise<AccessRequestRow | undefined> {
  const [row] = await tx.select().from(accessRequests).where(isAccessRequest(accountId, id));
  return row;
}

export function isAccessRequest(accountId: string, id: string) {
  return and(eq(accessRequests.accountId, accountId), eq(accessRequests.id, id));
}

/** A row as every device sees it. */
export function toAccessRequestSummary(row: AccessRequestRow): AccessRequestSummary {
  const { accountId: _account, keyId: _key, toldAt: _told, ...shown } = row;
  return {
    ...shown,
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    answeredAt: row.answeredAt?.toISOString() ?? null,
  };
}
