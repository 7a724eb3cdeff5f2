// Proxies as they are stored, and as lists show them.

import { AppError } from '@keytrail/shared/errors';
import type { ProxySummary } from '@keytrail/shared/proxy';
import { and, asc, desc, eq, gt, isNull, or } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { credentials, proxies, proxyKeys } from '../base/schema.ts';

/** By name. */
export async function selectProxies(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  id?: string,
): Promise<ProxySummary[]> {
  const rows = await tx
    .select({ proxy: proxies, service: credentials.service, label: credentials.label })
    .from(proxies)
    .leftJoin(credentials, and(eq(credentials.accountId, proxies.accountId), eq(credentials.id, proxies.credentialId)))
    .where(id === undefined ? eq(proxies.accountId, accountId) : isProxy(accountId, id))
    .orderBy(asc(proxies.name), asc(proxies.kind));
  const works = or(isNull(proxyKeys.revokedAt), gt(proxyKeys.revokedAt, new Date(ctx.nowMs())));
  const keys = await tx
    .select()
    .from(proxyKeys)
    .where(and(eq(proxyKeys.accountId, accountId), works, id === undefined ? undefined : eq(proxyKeys.proxyId, id)))
    .orderBy(desc(proxyKeys.createdAt), desc(proxyKeys.id));
  return rows.map(({ proxy, service, label }) => ({
    ...toInput(proxy),
    id: proxy.id,
    version: proxy.version,
    credential:
      proxy.credentialId === null || service === null || label === null
        ? null
        : { id: proxy.credentialId, service, label },
    keys: keys
      .filter(({ proxyId }) => proxyId === proxy.id)
      .map((key) => ({
        id: key.id,
        hint: key.hint,
        createdAt: key.createdAt.toISOString(),
        endsAt: key.revokedAt?.toISOString() ?? null,
        lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
        clientName: key.clientName,
      })),
    createdAt: proxy.createdAt.toISOString(),
    updatedAt: proxy.updatedAt.toISOString(),
    lastUsedAt: proxy.lastUsedAt?.toISOString() ?? null,
  }));
}

/** Throws `not_found` outside the account. */
export async function getProxy(tx: Transaction, ctx: Context, accountId: string, id: string): Promise<ProxySummary> {
  const [proxy] = await selectProxies(tx, ctx, accountId, id);
  if (proxy === undefined) throw new AppError('not_found', { message: `no proxy ${id}` });
  return proxy;
}

export function isProxy(accountId: string, id: string) {
  return and(eq(proxies.accountId, accountId), eq(proxies.id, id));
}

function toInput(row: typeof proxies.$inferSelect) {
  const { name, kind, upstreamUrl, credentialId, headers, query, basicAuth, toolAccess, routes, keyInUrl, enabled } =
    row;
  return { name, kind, upstreamUrl, credentialId, headers, query, basicAuth, toolAccess, routes, keyInUrl, enabled };
}
