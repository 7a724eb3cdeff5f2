// The keys of proxies: as those of agents, minted once, stored as a hash.

import { mintProxyKey, mintUuid } from '@keytrail/shared/ids';
import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { type proxies, proxyKeys } from '../base/schema.ts';
import { hashKey } from './agent-keys.ts';
import type { Requester } from './requester.ts';

export type ProxyRow = typeof proxies.$inferSelect;

/** Whoever holds the key of a proxy, and the proxy as it is now. */
export interface ProxyPrincipal {
  readonly kind: 'proxy';
  readonly accountId: string;
  /** Null where its owner tries it. */
  readonly keyId: string | null;
  /** Whether its end has come by now. A revoked key still names its proxy, so that its use can be recorded. */
  readonly keyRevoked: boolean;
  readonly keyClientName: string | null;
  readonly keyLastUsedAt: Date | null;
  readonly proxy: ProxyRow;
  readonly requester: Requester;
}

/**
 * Gives a proxy, which the caller has locked, a new key. The one that it replaces works on for the overlap, and any before
 * that ends now.
 */
export async function issueProxyKey(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  proxyId: string,
  overlapMinutes: number,
): Promise<{ key: string; keyId: string; ended: string[] }> {
  const ended = await endProxyKeys(tx, ctx, accountId, proxyId, 'replaced');
  const endsAt = new Date(ctx.nowMs() + overlapMinutes * 60_000);
  const replaced = await tx
    .update(proxyKeys)
    .set({ revokedAt: endsAt })
    .where(and(eq(proxyKeys.accountId, accountId), eq(proxyKeys.proxyId, proxyId), isNull(proxyKeys.revokedAt)))
    .returning({ id: proxyKeys.id });
  const key = mintProxyKey(accountId, ctx.randomBytes);
  const keyId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  await tx.insert(proxyKeys).values({
    accountId,
    id: keyId,
    proxyId,
    hash: hashKey(key),
    hint: key.slice(-4),
    createdAt: new Date(ctx.nowMs()),
  });
  return { key, keyId, ended: overlapMinutes === 0 ? [...ended, ...replaced.map(({ id }) => id)] : ended };
}

/** Ends the keys of a proxy that work by now, or only those that were replaced and work on for a while; answers their ids. */
export async function endProxyKeys(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  proxyId: string,
  which: 'all' | 'replaced',
): Promise<string[]> {
  const now = new Date(ctx.nowMs());
  const endsLater = gt(proxyKeys.revokedAt, now);
  const ended = await tx
    .update(proxyKeys)
    .set({ revokedAt: now })
    .where(
      and(
        eq(proxyKeys.accountId, accountId),
        eq(proxyKeys.proxyId, proxyId),
        which === 'all' ? or(isNull(proxyKeys.revokedAt), endsLater) : endsLater,
      ),
    )
    .returning({ id: proxyKeys.id });
  return ended.map(({ id }) => id);
}
