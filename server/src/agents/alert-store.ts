// Alerts on their way into the table: what is muted is left out, and what follows an alert of the same cause within a
// minute becomes part of it. Devices are woken when the transaction commits, on every node.

import { mintUuid } from '@keytrail/shared/ids';
import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { alertCursors, alertMutes, alerts } from '../base/schema.ts';
import type { AlertDraft } from './alert-draft.ts';
import { mergeAlerts } from './alert-merge.ts';

const apartMs = 60_000;

/** Of each cause, the alert that what comes now is to be part of. */
type Standing = Map<string, { readonly id: string; readonly newAtMs: number | null; readonly draft: AlertDraft }>;

/** Stores alerts, in the order given. Who calls it sees to it that no event and no grant comes here twice. */
export async function storeAlerts(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  drafts: readonly AlertDraft[],
): Promise<void> {
  const wanted = await dropMuted(tx, accountId, drafts);
  if (wanted.length === 0) return;
  const standing = await findStanding(tx, ctx, accountId, wanted);
  const touched = new Set<string>();
  for (const draft of wanted) {
    const before = standing.get(draft.cause);
    // A millisecond apart, so that ids order as they came.
    const atMs = ctx.nowMs() + touched.size;
    touched.add(draft.cause);
    standing.set(
      draft.cause,
      before === undefined
        ? { id: mintUuid(atMs, ctx.randomBytes), newAtMs: atMs, draft }
        : { ...before, draft: mergeAlerts(before.draft, draft) },
    );
  }
  for (const cause of touched) await writeAlert(tx, accountId, standing.get(cause));
  await wakeDevices(tx, accountId);
}

async function writeAlert(tx: Transaction, accountId: string, alert: ReturnType<Standing['get']>): Promise<void> {
  if (alert === undefined) return;
  const row = { ...alert.draft, seenAt: null };
  if (alert.newAtMs === null) {
    await tx
      .update(alerts)
      .set(row)
      .where(and(eq(alerts.accountId, accountId), eq(alerts.id, alert.id)));
  } else {
    await tx.insert(alerts).values({ accountId, id: alert.id, createdAt: new Date(alert.newAtMs), ...row });
  }
}

/** Lets what changes alerts that are there happen one after the other; the reader moves the same row first of all. */
export async function lockAlerts(tx: Transaction, accountId: string): Promise<void> {
  await tx
    .select({ nextSeq: alertCursors.nextSeq })
    .from(alertCursors)
    .where(eq(alertCursors.accountId, accountId))
    .for('update');
}

/** Tells whoever follows the account, on any node, to look again. Sent when the transaction commits. */
export async function wakeDevices(tx: Transaction, accountId: string): Promise<void> {
  await tx.execute(sql`select pg_notify('keytrail_events', ${accountId})`);
}

async function dropMuted(tx: Transaction, accountId: string, drafts: readonly AlertDraft[]): Promise<AlertDraft[]> {
  if (drafts.length === 0) return [];
  const rows = await tx.select().from(alertMutes).where(eq(alertMutes.accountId, accountId));
  const muted = new Set(rows.map(({ kind, agentId, proxyId }) => `${kind} ${agentId}${proxyId}`));
  return drafts.filter(
    ({ kind, agentId, proxyId }) => !muted.has(`${kind} `) && !muted.has(`${kind} ${agentId ?? proxyId}`),
  );
}

async function findStanding(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  drafts: readonly AlertDraft[],
): Promise<Standing> {
  const causes = [...new Set(drafts.map(({ cause }) => cause))];
  const rows = await tx
    .selectDistinctOn([alerts.cause])
    .from(alerts)
    .where(
      and(
        eq(alerts.accountId, accountId),
        inArray(alerts.cause, causes),
        gt(alerts.createdAt, new Date(ctx.nowMs() - apartMs)),
      ),
    )
    .orderBy(alerts.cause, desc(alerts.createdAt));
  return new Map(
    rows.map(({ accountId: _account, id, createdAt: _created, seenAt: _seen, ...draft }) => [
      draft.cause,
      { id, newAtMs: null, draft },
    ]),
  );
}
