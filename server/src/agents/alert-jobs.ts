// What alerts need beside the appends that ask for them: what a crash left unread, what only the clock brings, what
// has aged.

import type { Context } from '../base/context.ts';
import { noteExpiringCredentials } from './alert-expiries.ts';
import { noteEndingGrants } from './alert-grants.ts';

/** Asks for every log that holds unread events, and looks for grants and credentials about to end: each, whatever becomes of the others. */
export async function catchUpAlerts(ctx: Context): Promise<void> {
  for (const look of [askForUnread, noteEndingGrants, noteExpiringCredentials]) {
    await look(ctx).catch((error: unknown) => {
      if (!ctx.stopping.aborted) ctx.log.error({ error, look: look.name }, 'alerts not looked for');
    });
  }
}

async function askForUnread(ctx: Context): Promise<void> {
  const behind = await ctx.db.raw<{ id: string }[]>`select id from accounts_behind_alerts() id`;
  for (const { id } of behind) ctx.alertReads.request(id);
}

/** Alerts, and what the owner was asked for, are kept as long as events. */
export async function forgetAgedRequestsAndAlerts(ctx: Pick<Context, 'db'>): Promise<void> {
  await ctx.db.raw`select forget_aged_requests_and_alerts()`;
}
