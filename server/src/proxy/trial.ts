// One call through a proxy on its owner's behalf, to see whether its upstream takes the credential. Judged and recorded as
// any other.

import { toDenialSentence } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { ProxyTrial } from '@keytrail/shared/proxy';
import { upstreamMark } from '@keytrail/shared/webhook-protocol';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { UpstreamAnswer } from '../base/outbound.ts';
import { injectForProxy } from '../vault/access.ts';
import { loadProxyForOwner } from '../vault/proxy-load.ts';
import { recordProxyResult } from '../vault/proxy-result.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { type CallParts, type Released, toOutgoing } from './outgoing.ts';

const timeoutMs = 15_000;

/**
 * Calls the upstream: an API by GET of the address that the proxy holds, an MCP server by a session that is ended at once,
 * of which the log has the one use.
 */
export async function tryProxy(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<ProxyTrial> {
  const loaded = await loadProxyForOwner(ctx, owner, id);
  if (loaded === null) throw new AppError('not_found', { message: `no proxy ${id}` });
  const { by } = loaded;
  const tool = by.proxy.kind === 'mcp' ? 'initialize' : 'GET /';
  const call = { tool, correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes) };
  const access = await injectForProxy(ctx, loaded, { ...call, findRefusal: () => null });
  if (access.outcome === 'denied') return { outcome: 'refused', sentence: toDenialSentence('owner', access) };
  const startedAt = performance.now();
  const settle = (status: number | null, failure: string | null) => {
    const ms = performance.now() - startedAt;
    recordProxyResult(ctx, by, call, access.credential, { status, ms, bytes: 0, failure });
    return Math.round(ms);
  };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const found = by.proxy.kind === 'mcp' ? await tryServer(ctx, access, signal) : await tryApi(ctx, access, signal);
    const { status, tools, fault } = found;
    const ms = settle(status, fault);
    return fault === null ? { outcome: 'answered', status, ms, tools } : { outcome: 'failed', sentence: fault };
  } catch (cause) {
    const error = cause instanceof AppError ? cause : new AppError('upstream_unreachable', { message: 'trial', cause });
    settle(null, error.public);
    return { outcome: 'failed', sentence: error.public };
  }
}

interface Found {
  readonly status: number;
  readonly tools: number | null;
  /** What is wrong with an answer whose status says that all went well, as a sentence. */
  readonly fault: string | null;
}

async function tryApi(ctx: Context, access: Released, signal: AbortSignal): Promise<Found> {
  const given = { accept: '*/*', 'user-agent': userAgent };
  const { status, body } = await send(ctx, access, { method: 'GET', rest: '/', given, body: null }, signal);
  // What it says is not needed, only that it says it.
  body.on('error', () => {}).destroy();
  return { status, tools: null, fault: null };
}

async function tryServer(ctx: Context, access: Released, signal: AbortSignal): Promise<Found> {
  // One request is made by the event of the use; what follows in its session is none, as for any client.
  const { event: _event, ...further } = access;
  let next: Released = access;
  const handshake = await shakeHands(
    new URL(access.loaded.by.proxy.upstreamUrl),
    ({ given, ...request }, ends) => {
      const released = next;
      next = further;
      return send(ctx, released, { ...request, rest: null, given: { ...given, 'user-agent': userAgent } }, ends);
    },
    signal,
  );
  const tools = handshake.outcome === 'welcome' ? handshake.tools : null;
  return { status: handshake.status, tools, fault: findFault(handshake) };
}

const userAgent = 'keytrail';

async function send(ctx: Context, access: Released, parts: CallParts, signal: AbortSignal): Promise<UpstreamAnswer> {
  const out = toOutgoing(ctx, access, parts);
  const { status, headers, body } = await ctx.outbound.send(out.call, signal);
  try {
    out.toHead((answered) => ({ status: answered, headers: {} }))(status, toMark(headers));
  } catch (error) {
    body.on('error', () => {}).destroy();
    throw error;
  }
  return { status, headers, body };
}

function findFault({ outcome, status, contentType }: Handshake): string | null {
  if (outcome === 'welcome' || status >= 300) return null;
  const type = contentType ?? '';
  if (/^(application\/json|text\/event-stream)\b/i.test(type)) return 'It answered, but began no MCP session.';
  // In words of ours: a type can say anything, and this goes into the log.
  const what = /^text\/html\b/i.test(type) ? 'a web page answers there' : 'something else answers there';
  return `There is no MCP server at this address: ${what}. Check the address.`;
}

/** Of the answer's headers only whether it is the upstream's own matters. */
function toMark({ [upstreamMark]: mark }: Readonly<Record<string, string | string[] | undefined>>) {
  return mark === undefined ? {} : { [upstreamMark]: mark };
}
