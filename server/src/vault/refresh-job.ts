// Refreshes tokens ahead of their end, so that nobody has to wait for it. Safe on several nodes: each token is taken by one.

import { mintUuid } from '@keytrail/shared/ids';
import { sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { getCredential } from './credentials.ts';
import { toCredentialFacts } from './judge-call.ts';
import { refreshToken } from './refresh.ts';
import { isTokenDue } from './refresh-due.ts';

/** Several runs of the job before a token becomes due by itself. */
const aheadMs = 5 * 60_000;
const atOnce = 8;
const dueMax = 200;

interface Ending extends Record<string, unknown> {
  readonly account_id: string;
  readonly id: string;
}

/** Refreshes what ends soon, a few at a time: one provider that hangs does not keep the others waiting. */
export async function refreshEndingTokens(ctx: Context): Promise<void> {
  const now = new Date(ctx.nowMs()).toISOString();
  const ending = new Date(ctx.nowMs() + aheadMs).toISOString();
  const due = await ctx.db.drizzle.execute<Ending>(
    sql`select account_id, id from ending_tokens(${now}::timestamptz, ${ending}::timestamptz, ${dueMax})`,
  );
  const waiting = [...due];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !ctx.stopping.aborted; next = waiting.shift()) {
      const { account_id, id } = next;
      await refreshAhead(ctx, account_id, id).catch((error: unknown) =>
        ctx.log.warn({ error, accountId: account_id, credentialId: id }, 'a token was not refreshed ahead of its end'),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function refreshAhead(ctx: Context, accountId: string, id: string): Promise<void> {
  const row = await withAccount(ctx.db, accountId, (tx) => getCredential(tx, accountId, id));
  if (!isTokenDue(row, ctx.nowMs(), aheadMs)) return;
  const correlationId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  await refreshToken(ctx, {
    accountId,
    credentialId: id,
    seenVersion: row.sealed.accessToken?.version ?? 0,
    forced: false,
    reason: 'token_expiring',
    draft: { source: 'system', title: 'Scheduled Refresh', ...toCredentialFacts(row), correlationId },
  });
}
