// Kinds of alerts that their owner does not want to hear of, of every agent or of one. What is muted is still known: it is no
// news once the mute is taken back.

import { type AlertMute, alertKindLabels } from '@keytrail/shared/alert';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agents, alertMutes, alerts } from '../base/schema.ts';
import { lockAlerts, wakeDevices } from './alert-store.ts';

/** The agent of a mute that holds for all. */
const everyAgent = '';

export function listMutes(ctx: Context, owner: { accountId: string }): Promise<AlertMute[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const rows = await tx
      .select()
      .from(alertMutes)
      .where(eq(alertMutes.accountId, owner.accountId))
      .orderBy(asc(alertMutes.createdAt));
    return rows.map(({ kind, agentId }) => ({ kind, agentId: agentId === everyAgent ? null : agentId }));
  });
}

/**
 * Mutes a kind or takes it back; the log says so, since whoever holds a session could else silence the alarm. What is
 * muted counts as seen.
 */
export function setMute(ctx: Context, owner: OwnerPrincipal, input: AlertMute & { muted: boolean }): Promise<void> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockAlerts(tx, owner.accountId);
    const agentName = input.agentId === null ? null : await findAgentName(tx, owner.accountId, input.agentId);
    if (input.muted && input.agentId !== null && agentName === null) {
      throw new AppError('not_found', { message: `no agent ${input.agentId}` });
    }
    const changed = input.muted ? await mute(tx, ctx, owner, input) : await unmute(tx, owner, input);
    if (!changed) return;
    await wakeDevices(tx, owner.accountId);
    await recordChange(tx, ctx, owner, {
      action: 'update',
      title: input.muted ? 'Alerts muted' : 'Alerts on again',
      note: alertKindLabels[input.kind],
      ...(input.agentId === null ? {} : { agentId: input.agentId }),
      ...(agentName === null ? {} : { agentName }),
    });
  });
}

async function mute(tx: Transaction, ctx: Context, owner: OwnerPrincipal, { kind, agentId }: AlertMute) {
  const now = new Date(ctx.nowMs());
  const added = await tx
    .insert(alertMutes)
    .values({ accountId: owner.accountId, kind, agentId: agentId ?? everyAgent, createdAt: now })
    .onConflictDoNothing()
    .returning({ kind: alertMutes.kind });
  await tx
    .update(alerts)
    .set({ seenAt: now })
    .where(
      and(
        eq(alerts.accountId, owner.accountId),
        isNull(alerts.seenAt),
        eq(alerts.kind, kind),
        agentId === null ? undefined : eq(alerts.agentId, agentId),
      ),
    );
  return added.length > 0;
}

async function unmute(tx: Transaction, owner: OwnerPrincipal, { kind, agentId }: AlertMute): Promise<boolean> {
  const removed = await tx
    .delete(alertMutes)
    .where(
      and(
        eq(alertMutes.accountId, owner.accountId),
        eq(alertMutes.kind, kind),
        eq(alertMutes.agentId, agentId ?? everyAgent),
      ),
    )
    .returning({ kind: alertMutes.kind });
  return removed.length > 0;
}

async function findAgentName(tx: Transaction, accountId: string, id: string): Promise<string | null> {
  const [row] = await tx
    .select({ name: agents.name })
    .from(agents)
    .where(and(eq(agents.accountId, accountId), eq(agents.id, id)));
  return row?.name ?? null;
}
