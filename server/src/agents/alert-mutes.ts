// Kinds of alerts that their owner does not want to hear of, of everybody or of one agent or proxy. What is muted is still
// known: it is no news once the mute is taken back.

import { type AlertMute, alertKindLabels } from '@keytrail/shared/alert';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agents, alertMutes, alerts, proxies } from '../base/schema.ts';
import { lockAlerts, wakeDevices } from './alert-store.ts';

/** In the table, the agent of a mute that is not of one, and the proxy likewise. */
const nobody = '';

export function listMutes(ctx: Context, owner: { accountId: string }): Promise<AlertMute[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const rows = await tx
      .select()
      .from(alertMutes)
      .where(eq(alertMutes.accountId, owner.accountId))
      .orderBy(asc(alertMutes.createdAt));
    return rows.map(({ kind, agentId, proxyId }) => ({
      kind,
      agentId: agentId === nobody ? null : agentId,
      proxyId: proxyId === nobody ? null : proxyId,
    }));
  });
}

/**
 * Mutes a kind or takes it back; the log says so, since whoever holds a session could else silence the alarm. What is
 * muted counts as seen.
 */
export function setMute(ctx: Context, owner: OwnerPrincipal, input: AlertMute & { muted: boolean }): Promise<void> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockAlerts(tx, owner.accountId);
    const whose = await findWhose(tx, owner.accountId, input);
    if (input.muted && whose === null) {
      throw new AppError('not_found', { message: `no agent ${input.agentId} or proxy ${input.proxyId}` });
    }
    const changed = input.muted ? await mute(tx, ctx, owner, input) : await unmute(tx, owner, input);
    if (!changed) return;
    await wakeDevices(tx, owner.accountId);
    await recordChange(tx, ctx, owner, {
      action: 'update',
      title: input.muted ? 'Alerts muted' : 'Alerts on again',
      note: alertKindLabels[input.kind],
      ...(input.agentId === null ? {} : { agentId: input.agentId }),
      ...(input.proxyId === null ? {} : { proxyId: input.proxyId }),
      ...whose,
    });
  });
}

async function mute(tx: Transaction, ctx: Context, owner: OwnerPrincipal, { kind, agentId, proxyId }: AlertMute) {
  const now = new Date(ctx.nowMs());
  const added = await tx
    .insert(alertMutes)
    .values({
      accountId: owner.accountId,
      kind,
      agentId: agentId ?? nobody,
      proxyId: proxyId ?? nobody,
      createdAt: now,
    })
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
        proxyId === null ? undefined : eq(alerts.proxyId, proxyId),
      ),
    );
  return added.length > 0;
}

async function unmute(tx: Transaction, owner: OwnerPrincipal, { kind, agentId, proxyId }: AlertMute): Promise<boolean> {
  const removed = await tx
    .delete(alertMutes)
    .where(
      and(
        eq(alertMutes.accountId, owner.accountId),
        eq(alertMutes.kind, kind),
        eq(alertMutes.agentId, agentId ?? nobody),
        eq(alertMutes.proxyId, proxyId ?? nobody),
      ),
    )
    .returning({ kind: alertMutes.kind });
  return removed.length > 0;
}

/** The name of whose alerts they are, as an event holds it: nothing where they are everybody's, null where there is nobody. */
async function findWhose(
  tx: Transaction,
  accountId: string,
  { agentId, proxyId }: AlertMute,
): Promise<{ agentName?: string; proxyName?: string } | null> {
  if (agentId !== null) {
    const [agent] = await tx
      .select({ agentName: agents.name })
      .from(agents)
      .where(and(eq(agents.accountId, accountId), eq(agents.id, agentId)));
    return agent ?? null;
  }
  if (proxyId === null) return {};
  const [proxy] = await tx
    .select({ proxyName: proxies.name })
    .from(proxies)
    .where(and(eq(proxies.accountId, accountId), eq(proxies.id, proxyId)));
  return proxy ?? null;
}
