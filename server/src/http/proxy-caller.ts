// Who calls a proxy, and how they are refused: the part that the MCP and the HTTP proxy share.

import { toDenialSentence, toDenialStatus } from '@keytrail/shared/denial';
import { AppError, errorFaces } from '@keytrail/shared/errors';
import { holdsKey } from '@keytrail/shared/ids';
import type { ProxyKind } from '@keytrail/shared/proxy';
import type { Request, Response } from 'express';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { hasComeRound } from '../proxy/loop.ts';
import type { Denied } from '../vault/denial.ts';
import { findRecentProxyByKey, type LoadedProxy, loadProxyByKey } from '../vault/proxy-load.ts';
import type { AsOf } from '../vault/recent-loads.ts';

/** The header names in which callers carry their key; it goes no further than here. */
const keyHeaders = ['authorization', 'x-api-key', 'api-key', 'x-auth-token'] as const;
const keyParameter = 'key';

/** What callers are told, in either protocol. */
export interface RefusalFacts {
  readonly code: string;
  readonly sentence: string;
  readonly rule?: string;
  readonly retryAt?: string;
  /** What the owner said with their refusal. */
  readonly note?: string;
}

/**
 * The proxy that a request is for, by its key and the name in the address. Throws `unauthorized` for any other key; one
 * that was revoked still finds its proxy, so that the refusal reaches the log. Throws `proxy_loop` for what this node has sent
 * out itself.
 */
export async function getProxyCaller(
  ctx: Context,
  request: Request,
  kind: ProxyKind,
  name: string,
): Promise<LoadedProxy> {
  if (hasComeRound(request.headers, ctx.nodeName)) {
    throw new AppError('proxy_loop', { message: `proxy ${kind} ${name} leads back here` });
  }
  const { inHeader, key } = findKey(request);
  const found = key === null ? null : await loadProxyByKey(ctx, key, toRequester(request, kind === 'mcp'));
  if (found === null || found.by.proxy.kind !== kind || found.by.proxy.name !== name) {
    throw new AppError('unauthorized', { message: 'no valid proxy key', public: toKeyAdvice(found) });
  }
  if (inHeader === null && !found.by.proxy.keyInUrl) {
    throw new AppError('unauthorized', {
      message: 'key in URL',
      public: 'This proxy does not take its key from the address. Send it as a Bearer token.',
    });
  }
  return found;
}

/** Who holds a key that stands may know what it opens. */
function toKeyAdvice(found: LoadedProxy | null): string {
  if (found === null || found.by.keyRevoked) {
    return 'Send the key of this proxy as a Bearer token: Authorization: Bearer kt_proxy_…';
  }
  const { kind, name } = found.by.proxy;
  return `This key is for /${kind}/p/${name}.`;
}

/** The same as it was found for an earlier request; null where it is to be found anew, be it to be refused. */
export function findRecentProxyCaller(
  ctx: Context,
  request: Request,
  kind: ProxyKind,
  name: string,
): AsOf<LoadedProxy> | null {
  const { inHeader } = findKey(request);
  if (inHeader === null || hasComeRound(request.headers, ctx.nodeName)) return null;
  const recent = findRecentProxyByKey(ctx, inHeader, toRequester(request, kind === 'mcp'));
  return recent?.by.proxy.kind === kind && recent.by.proxy.name === name ? recent : null;
}

function findKey(request: Request): { inHeader: string | null; key: string | null } {
  const inHeader = findKeyInHeaders(request);
  if (inHeader !== null) return { inHeader, key: inHeader };
  const [, query = ''] = request.originalUrl.split('?');
  return { inHeader, key: new URLSearchParams(query).get(keyParameter) };
}

/** The caller's query without any key of ours. */
export function withoutKey(query: string): string {
  const isPassed = (part: string) => ![...new URLSearchParams(part)].flat().some(holdsKey);
  return query.split('&').filter(isPassed).join('&');
}

function findKeyInHeaders({ headers }: Request): string | null {
  for (const name of keyHeaders) {
    const value = [headers[name] ?? []].flat()[0]?.replace(/^(Bearer|Token) +/i, '') ?? '';
    if (value.startsWith('kt_proxy_')) return value;
  }
  return null;
}

export function toRefusalFacts(refusal: Denied | AppError): RefusalFacts {
  if (refusal instanceof AppError) return { code: refusal.code, sentence: refusal.public };
  const { rule, retryAt, note } = refusal;
  const sentence = toDenialSentence('agent', refusal);
  return {
    ...{ code: 'access_denied', sentence, rule },
    ...(retryAt === null ? {} : { retryAt }),
    ...(note === null ? {} : { note }),
  };
}

export function toRefusalStatus(refusal: Denied | AppError): number {
  return refusal instanceof AppError ? errorFaces[refusal.code].status : toDenialStatus(refusal.rule);
}

/** At once: a call goes on waiting for the same answer. */
const pendingSeconds = '1';

/** `Retry-After` and, for who has no valid key, what to send. */
export function setRefusalHeaders(ctx: Context, response: Response, refusal: Denied | AppError): void {
  if (refusal instanceof AppError) {
    if (refusal.code === 'unauthorized') response.set('www-authenticate', 'Bearer realm="keytrail"');
    if (refusal.code === 'approval_pending') response.set('retry-after', pendingSeconds);
  } else if (refusal.retryAt !== null) {
    response.set('retry-after', String(Math.max(1, Math.ceil((Date.parse(refusal.retryAt) - ctx.nowMs()) / 1000))));
  }
}
