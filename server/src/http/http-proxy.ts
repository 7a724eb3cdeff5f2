// The HTTP proxy at /http/p/NAME/*: a call to an API with its credential injected, recorded before it goes out.

import type { IncomingMessage } from 'node:http';
import { AppError } from '@keytrail/shared/errors';
import { holdsKey, mintUuid } from '@keytrail/shared/ids';
import { toOneLine } from '@keytrail/shared/text';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ProxyPrincipal, ProxyRow } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { toAsked } from '../proxy/asked.ts';
import { type AnswerHeaders, forward } from '../proxy/forward.ts';
import { toMadeSecrets, toSecrets } from '../proxy/inject.ts';
import { type Released, toOutgoing } from '../proxy/outgoing.ts';
import { sendRenewing } from '../proxy/renewing.ts';
import { isRouted, toRoutePath } from '../proxy/routes.ts';
import { createScrubber } from '../proxy/scrub.ts';
import { toNamed, toShownPath } from '../proxy/shown-path.ts';
import { mayStayOpen } from '../proxy/standing.ts';
import { toAppError } from '../trpc/errors.ts';
import { injectForProxy, injectForRecentProxy, type ProxyAccess } from '../vault/access.ts';
import type { Denied } from '../vault/denial.ts';
import type { ProxyCallFacts } from '../vault/proxy-call.ts';
import { type ProxyResult, recordProxyResult, toFailedResult, toTied } from '../vault/proxy-result.ts';
import { toPatience } from './patience.ts';
import {
  findRecentProxyCaller,
  getProxyCaller,
  setRefusalHeaders,
  toRefusalFacts,
  toRefusalStatus,
  withoutKey,
} from './proxy-caller.ts';

const address = /^\/http\/p\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/s;

/** `guard`: the checks of Host and Origin. */
export function createHttpProxyRoutes(ctx: Context, guard: RequestHandler[]): Router {
  const routes = Router();
  // Not by a pattern: Express would decode the path, and know of no refusal but its own.
  routes.use('/http/p', ...guard, async (request: Request, response: Response) => {
    try {
      await answer(ctx, request, response);
    } catch (cause) {
      refuse(ctx, response, toAppError(cause));
    }
  });
  return routes;
}

async function answer(ctx: Context, request: Request, response: Response): Promise<void> {
  // As it was sent: Express has decoded its own copy.
  const [, name = '', path = '/', query = ''] = address.exec(request.originalUrl) ?? [];
  const routePath = toRoutePath(path);
  if (holdsKey(path) || holdsKey(routePath ?? '')) {
    throw new AppError('invalid_input', {
      message: 'a key in the path',
      public: 'The path holds a key. Send it as a Bearer token, and the path without it.',
    });
  }
  const { call, access } = await admit(ctx, request, { name, path, routePath });
  if (access.outcome === 'denied') {
    if (routePath !== null || access.rule !== 'route') return refuse(ctx, response, access);
    throw new AppError('invalid_input', { message: 'path', public: 'The path of this call is not a plain one.' });
  }
  const { loaded } = access;
  const { by } = loaded;
  const rest = query === '' ? path : `${path}?${withoutKey(query)}`;
  const startedAt = performance.now();
  try {
    const body = findBody(request);
    const send = (released: Released) => sendOnce(ctx, request, response, { released, body, rest });
    const { correlationId } = call;
    const result = await sendRenewing(ctx, loaded, access, send, { correlationId, repeatable: body === null });
    recordProxyResult(ctx, by, call, access.credential, result);
  } catch (cause) {
    const error = toAppError(cause);
    recordProxyResult(ctx, by, call, access.credential, toFailedResult(error, performance.now() - startedAt));
    throw error;
  }
}

/**
 * Decides about a call, by what an earlier one was decided by as long as that holds. Its body is not read before: while the
 * owner is asked, it waits with the caller.
 */
async function admit(
  ctx: Context,
  request: Request,
  { name, path, routePath }: { name: string; path: string; routePath: string | null },
): Promise<{ call: ProxyCallFacts; access: ProxyAccess }> {
  const called = `${request.method} ${routePath === null ? toNamed(path) : toShownPath(path)}`;
  const call = {
    tool: toOneLine(called, 300),
    correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes),
  };
  const isLet = ({ routes }: Pick<ProxyRow, 'routes'>) =>
    routePath !== null && isRouted(routes, request.method, routePath);
  const recent = findRecentProxyCaller(ctx, request, 'http', name);
  if (recent !== null && isLet(recent.by.proxy)) {
    const access = await injectForRecentProxy(ctx, recent, call);
    if (access !== null) return { call, access };
  }
  const loaded = await getProxyCaller(ctx, request, 'http', name);
  const findRefusal = (proxy: Pick<ProxyRow, 'routes'>) => (isLet(proxy) ? null : ('route' as const));
  const asking = { ...call, findRefusal, asked: toAsked([called]) };
  const access = await injectForProxy(ctx, loaded, asking, toPatience(request));
  return { call: access.outcome === 'ok' ? toTied(call, access) : call, access };
}

function sendOnce(
  ctx: Context,
  request: Request,
  response: Response,
  { released, body, rest }: { released: Released; body: IncomingMessage | null; rest: string },
): Promise<ProxyResult> {
  const length = request.headers['content-length'];
  const own = body !== null && length !== undefined ? { 'content-length': length } : {};
  const out = toOutgoing(ctx, released, { method: request.method, rest, given: request.headers, own, body });
  return forward(ctx.outbound, out.call, response, {
    scrubber: createScrubber([...toSecrets(released), ...toMadeSecrets(out.call.headers)]),
    toHead: out.toHead((status, answered) => toHead(status, answered, released.loaded.by, out.url)),
    mayStayOpen: () => mayStayOpen(ctx, released.loaded),
  });
}

function findBody(request: IncomingMessage): IncomingMessage | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding === undefined && (length === undefined || length === '0') ? null : request;
}

function toHead(status: number, headers: AnswerHeaders, { proxy }: ProxyPrincipal, url: URL) {
  if (status === 401 && proxy.credentialId !== null) {
    throw new AppError('upstream_unauthorized', { message: 'upstream answered 401' });
  }
  const { location } = headers;
  if (location === undefined || status < 300 || status > 399) return { status, headers };
  // Of several, nobody can say which one a caller follows.
  const isPlain = typeof location === 'string' && URL.canParse(location, url.href);
  const target = isPlain ? new URL(location, url) : null;
  const base = new URL(proxy.upstreamUrl).pathname.replace(/\/$/, '');
  if (target?.origin !== url.origin || !target.pathname.startsWith(`${base}/`)) {
    throw new AppError('upstream_redirected', { message: `redirect away from ${url.host}` });
  }
  const rest = target.pathname.slice(base.length);
  return { status, headers: { ...headers, location: `/http/p/${proxy.name}${rest}${target.search}` } };
}

function refuse(ctx: Context, response: Response, refusal: Denied | AppError): void {
  if (refusal instanceof AppError && refusal.code === 'internal') {
    ctx.log.error({ error: refusal }, 'proxied call failed');
  }
  if (response.headersSent) return void response.destroy();
  setRefusalHeaders(ctx, response, refusal);
  response.status(toRefusalStatus(refusal)).json(toRefusalFacts(refusal));
}
