// Alerts as their owner reads them, on whichever device: listed, counted, seen.

import type { AlertSummary } from '@keytrail/shared/alert';
import { and, count, desc, eq, inArray, isNull, lt } from 'drizzle-orm';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { alerts } from '../base/schema.ts';
import { lockAlerts, wakeDevices } from './alert-store.ts';

export interface AlertPage {
  /** Newest first. */
  readonly alerts: AlertSummary[];
  /** Pass back as `before` for the next older page; null at the end. */
  readonly before: string | null;
}

/** A page of alerts, the newest first. Their ids begin with their time, so they order as they came. */
export function listAlerts(
  ctx: Context,
  accountId: string,
  page: { before?: string | undefined; limit: number },
): Promise<AlertPage & { unseen: number }> {
  return withAccount(ctx.db, accountId, async (tx) => {
    const found = await selectAlerts(tx, accountId, page);
    const before = found.length < page.limit ? null : (found.at(-1)?.id ?? null);
    return { alerts: found, before, unseen: await countUnseen(tx, accountId) };
  });
}

/** The newest first, older than `before` where it is given. */
export async function selectAlerts(
  tx: Transaction,
  accountId: string,
  page: { before?: string | undefined; limit: number },
): Promise<AlertSummary[]> {
  const rows = await tx
    .select()
    .from(alerts)
    .where(and(eq(alerts.accountId, accountId), page.before === undefined ? undefined : lt(alerts.id, page.before)))
    .orderBy(desc(alerts.id))
    .limit(page.limit);
  return rows.map(toSummary);
}

/** How many the owner has not looked at on any device. */
export async function countUnseen(tx: Transaction, accountId: string): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(alerts)
    .where(and(eq(alerts.accountId, accountId), isNull(alerts.seenAt)));
  return row?.count ?? 0;
}

/** Marks alerts as seen, all of them where no ids are given; other devices hear of it at once. */
export function markSeen(ctx: Context, owner: OwnerPrincipal, input: { ids?: readonly string[] }): Promise<void> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockAlerts(tx, owner.accountId);
    const seen = await tx
      .update(alerts)
      .set({ seenAt: new Date(ctx.nowMs()) })
      .where(
        and(
          eq(alerts.accountId, owner.accountId),
          isNull(alerts.seenAt),
          input.ids === undefined ? undefined : inArray(alerts.id, [...input.ids]),
        ),
      )
      .returning({ id: alerts.id });
    if (seen.length > 0) await wakeDevices(tx, owner.accountId);
  });
}

function toSummary({ accountId: _account, cause: _cause, ...row }: typeof alerts.$inferSelect): AlertSummary {
  return { ...row, createdAt: row.createdAt.toISOString(), seenAt: row.seenAt?.toISOString() ?? null };
}
