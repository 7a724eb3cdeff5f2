// Calls through a proxy that their client takes back while they wait. It may say so to another node than the one that holds
// the call, so it is written to what the call waits for.

import { and, eq, sql } from 'drizzle-orm';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { approvals } from '../base/schema.ts';
import type { ApprovalRow } from './approval-store.ts';

/** Of one request: more calls do not wait for it. */
const givenUpMax = 200;

/** @param calls names that each call was given with its wait. */
export async function giveUpCalls(ctx: Context, by: ProxyPrincipal, calls: readonly string[]): Promise<void> {
  const { accountId, keyId, proxy } = by;
  if (keyId === null) return;
  const atMs = ctx.nowMs();
  const added = JSON.stringify(calls.map((call) => ({ call, atMs })));
  await withAccount(ctx.db, accountId, (tx) =>
    tx
      .update(approvals)
      .set({ givenUp: sql`${approvals.givenUp} || ${added}::jsonb` })
      .where(
        and(
          eq(approvals.accountId, accountId),
          eq(approvals.proxyId, proxy.id),
          eq(approvals.keyId, keyId),
          eq(approvals.status, 'waiting'),
          sql`jsonb_array_length(${approvals.givenUp}) < ${givenUpMax}`,
        ),
      ),
  );
  // Other nodes look again within seconds, and before an answer counts.
  ctx.wakeups.wake(accountId);
}

/** Whether all of these calls were given up since they began to wait: names may come again. */
export function isGivenUp({ givenUp }: Pick<ApprovalRow, 'givenUp'>, calls: readonly string[], sinceMs: number) {
  return calls.length > 0 && calls.every((name) => givenUp.some(({ call, atMs }) => call === name && atMs >= sinceMs));
}
