// One call through a proxy on its owner's behalf, to see whether its upstream takes the credential. Judged and recorded as
// any other.

import { toDenialSentence } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { ProxyTrial } from '@keytrail/shared/proxy';
import { upstreamMark } from '@keytrail/shared/webhook-protocol';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { injectForProxy } from '../vault/access.ts';
import { loadProxyForOwner } from '../vault/proxy-load.ts';
import { recordProxyResult } from '../vault/proxy-result.ts';
import { type CallParts, toOutgoing } from './outgoing.ts';

const timeoutMs = 15_000;

/** Calls the upstream once: an MCP server for its handshake, an API by GET of the address that the proxy holds. */
export async function tryProxy(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<ProxyTrial> {
  const loaded = await loadProxyForOwner(ctx, owner, id);
  if (loaded === null) throw new AppError('not_found', { message: `no proxy ${id}` });
  const { by } = loaded;
  const tool = by.proxy.kind === 'mcp' ? 'initialize' : 'GET /';
  const call = { tool, correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes) };
  const access = await injectForProxy(ctx, loaded, { ...call, findRefusal: () => null });
  if (access.outcome === 'denied') return { outcome: 'refused', sentence: toDenialSentence('owner', access) };
  const startedAt = performance.now();
  const settle = (status: number | null, bytes: number, failure: string | null) => {
    const ms = performance.now() - startedAt;
    recordProxyResult(ctx, by, call, access.credential, { status, ms, bytes, failure });
    return Math.round(ms);
  };
  try {
    const out = toOutgoing(ctx, access, toParts(access.loaded.by));
    const { status, headers, body } = await ctx.outbound.send(out.call, AbortSignal.timeout(timeoutMs));
    // What it says is not needed, only that it says it.
    body.on('error', () => {}).destroy();
    out.toHead((answered) => ({ status: answered, headers: {} }))(status, toMark(headers));
    return { outcome: 'answered', status, ms: settle(status, 0, null) };
  } catch (cause) {
    const error = cause instanceof AppError ? cause : new AppError('upstream_unreachable', { message: 'trial', cause });
    settle(null, 0, error.public);
    return { outcome: 'failed', sentence: error.public };
  }
}

/** Of the answer's headers only whether it is the upstream's own matters. */
function toMark({ [upstreamMark]: mark }: Readonly<Record<string, string | string[] | undefined>>) {
  return mark === undefined ? {} : { [upstreamMark]: mark };
}

function toParts({ proxy }: ProxyPrincipal): CallParts {
  const given = { 'user-agent': 'keytrail' };
  if (proxy.kind === 'http') return { method: 'GET', rest: '/', given: { accept: '*/*', ...given }, body: null };
  const clientInfo = { name: 'keytrail', version: '0.1.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  return {
    method: 'POST',
    rest: null,
    given: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...given },
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })),
  };
}
