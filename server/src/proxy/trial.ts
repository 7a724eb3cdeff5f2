// One call through a proxy on its owner's behalf, to see whether its upstream takes the credential. Judged and recorded as
// any other.

import { toDenialSentence } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { ProxyTrial } from '@keytrail/shared/proxy';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import type { OutgoingCall } from '../base/outbound.ts';
import { injectForProxy } from '../vault/access.ts';
import { loadProxyForOwner } from '../vault/proxy-load.ts';
import { recordProxyResult } from '../vault/proxy-result.ts';
import { type Injected, toUpstreamHeaders, toUpstreamUrl } from './inject.ts';

const timeoutMs = 15_000;

/** Calls the upstream once: an MCP server for its handshake, an API by GET of the address that the proxy holds. */
export async function tryProxy(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<ProxyTrial> {
  const loaded = await loadProxyForOwner(ctx, owner, id);
  if (loaded === null) throw new AppError('not_found', { message: `no proxy ${id}` });
  const { by } = loaded;
  const tool = by.proxy.kind === 'mcp' ? 'initialize' : 'GET /';
  const call = { tool, correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes) };
  const access = await injectForProxy(ctx, loaded, { ...call, refusedBy: null });
  if (access.outcome === 'denied') return { outcome: 'refused', sentence: toDenialSentence('owner', access) };
  const startedAt = performance.now();
  const settle = (status: number | null, bytes: number, failure: string | null) => {
    const ms = performance.now() - startedAt;
    recordProxyResult(ctx, by, call, access.credential, { status, ms, bytes, failure });
    return Math.round(ms);
  };
  try {
    const { status, body } = await ctx.outbound.send(toCall(by, access, ctx.nodeName), AbortSignal.timeout(timeoutMs));
    // What it says is not needed, only that it says it.
    body.on('error', () => {}).destroy();
    return { outcome: 'answered', status, ms: settle(status, 0, null) };
  } catch (cause) {
    const error = cause instanceof AppError ? cause : new AppError('upstream_unreachable', { message: 'trial', cause });
    settle(null, 0, error.public);
    return { outcome: 'failed', sentence: error.public };
  }
}

function toCall({ proxy }: ProxyPrincipal, injected: Injected, nodeName: string): OutgoingCall {
  if (proxy.kind === 'http') {
    return {
      url: toUpstreamUrl('/', proxy, injected),
      method: 'GET',
      headers: toUpstreamHeaders({ accept: '*/*', 'user-agent': 'keytrail' }, proxy, injected, nodeName),
      body: null,
    };
  }
  const given = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'user-agent': 'keytrail',
  };
  const clientInfo = { name: 'keytrail', version: '0.1.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  return {
    url: toUpstreamUrl(null, proxy, injected),
    method: 'POST',
    headers: toUpstreamHeaders(given, proxy, injected, nodeName),
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })),
  };
}
