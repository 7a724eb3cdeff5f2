// The MCP proxy at /mcp/p/NAME: a transparent pass-through of Streamable HTTP, in every era of the protocol, with the
// credential injected. Each call of a tool, a resource or a prompt is an event before it goes out; the rest of the protocol is not.

import { AppError } from '@keytrail/shared/errors';
import { type Request, type Response, Router } from 'express';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { findClientName } from '../mcp/client-info.ts';
import { isBegun, toContinued } from '../proxy/begun-answer.ts';
import { type AnswerHeaders, forward } from '../proxy/forward.ts';
import { toMadeSecrets, toSecrets } from '../proxy/inject.ts';
import {
  findCalls,
  findHeaderMismatch,
  hasHiddenCall,
  isOffered,
  type JsonRpcId,
  listIds,
  toMessages,
} from '../proxy/mcp-messages.ts';
import { type Posted, toBytes } from '../proxy/mcp-posted.ts';
import { bindSession, openSession } from '../proxy/mcp-sessions.ts';
import { type Released, toOutgoing } from '../proxy/outgoing.ts';
import { sendRenewing } from '../proxy/renewing.ts';
import { createScrubber } from '../proxy/scrub.ts';
import { mayStayOpen } from '../proxy/standing.ts';
import { toAppError } from '../trpc/errors.ts';
import { connectForProxy, injectForRecentProxy } from '../vault/access.ts';
import type { LoadedProxy } from '../vault/proxy-load.ts';
import type { ProxyResult } from '../vault/proxy-result.ts';
import type { AsOf } from '../vault/recent-loads.ts';
import { touchProxy } from '../vault/touch.ts';
import { createJsonReader, getText } from './json-body.ts';
import { type Admitted, admit, settling, toFacts } from './mcp-admission.ts';
import { getMessages, takePosted } from './mcp-body.ts';
import { createHold, giveUpCancelled } from './mcp-hold.ts';
import { refuse, refuseCalls } from './mcp-proxy-refusal.ts';
import { findRecentProxyCaller, getProxyCaller } from './proxy-caller.ts';

const readJson = createJsonReader(4096, { keepsText: true });
const sessionHeader = 'mcp-session-id';
const smallBytesMax = 64 * 1024;

/** Mount it behind the checks of Host and Origin. */
export function createMcpProxyRoutes(ctx: Context): Router {
  const routes = Router();
  routes.all('/mcp/p/:name', async (request, response) => {
    let ids: JsonRpcId[] = [null];
    try {
      const { name } = request.params;
      const find = () => getProxyCaller(ctx, request, 'mcp', name);
      if (request.method === 'POST') {
        await readFor(find, request, response);
        ids = listIds(toMessages(request.body) ?? []);
        const recent = findRecentProxyCaller(ctx, request, 'mcp', name);
        if (recent !== null && (await postRecent(ctx, recent, request, response))) return;
        await post(ctx, await find(), request, response);
      } else if (request.method === 'GET' || request.method === 'DELETE') {
        await pass(ctx, await find(), request, response);
      } else {
        response.set('allow', 'GET, POST, DELETE').status(405).end();
      }
    } catch (cause) {
      refuse(ctx, response, toAppError(cause), ids);
    }
  });
  return routes;
}

/** Reads the body: what a call is decided by is read when the whole of it is here. Of a stranger no body is read but a small one. */
async function readFor(find: () => Promise<LoadedProxy>, request: Request, response: Response): Promise<void> {
  if (!isSmall(request)) await find();
  try {
    await readJson(request, response);
  } catch (cause) {
    await find();
    throw cause;
  }
}

function isSmall({ headers }: Request): boolean {
  return Number(headers['content-length'] ?? Number.NaN) <= smallBytesMax;
}

/** Messages of the client: those that call something are recorded one by one. */
async function post(ctx: Context, found: LoadedProxy, request: Request, response: Response): Promise<void> {
  const mismatch = findHeaderMismatch(request.headers, getMessages(request.body));
  if (mismatch !== null) {
    const { id, ...error } = mismatch;
    return void response.status(400).json({ jsonrpc: '2.0', id, error });
  }
  const loaded = await named(ctx, found, request.body);
  const posted = takePosted(request);
  await giveUpCancelled(ctx, loaded.by, request, posted);
  const allowed: Admitted[] = [];
  await settling(ctx, allowed, async () => {
    const hold = createHold(ctx, loaded.by, request, response, posted);
    const refusals = await admit(ctx, loaded, posted.calls, allowed, hold.patience).finally(hold.end);
    if (refusals.size > 0) {
      refuseCalls(ctx, response, refusals, posted.ids);
      return { status: null, ms: 0, bytes: 0, failure: 'Not sent: another call beside it was refused' };
    }
    const [first] = allowed;
    const access = first?.access ?? (await connectForProxy(ctx, loaded));
    if (access.outcome !== 'denied') {
      return sendBody(ctx, first?.access.loaded ?? loaded, request, response, access, posted, allowed);
    }
    refuse(ctx, response, access, posted.ids);
    return null;
  });
}

/**
 * One call of a known client by what an earlier one was decided by. False where that does not hold any more, or there is
 * anything unusual about the call: it is to be looked at anew then, and nothing was recorded.
 */
async function postRecent(
  ctx: Context,
  recent: AsOf<LoadedProxy>,
  request: Request,
  response: Response,
): Promise<boolean> {
  const messages = toMessages(request.body);
  if (messages?.length !== 1 || hasHiddenCall(messages) || findHeaderMismatch(request.headers, messages) !== null) {
    return false;
  }
  const [call] = findCalls(messages);
  const { by } = recent;
  const clientName = findClientName(request.body) ?? by.keyClientName;
  if (call === undefined || !isOffered(by.proxy.toolAccess, call) || clientName !== by.keyClientName) return false;
  const loaded = clientName === null ? recent : { ...recent, by: toNamed(by, clientName) };
  const facts = toFacts(ctx, call);
  const posted = { body: toBytes(request.body, getText(request)), isListening: false };
  const access = await injectForRecentProxy(ctx, loaded, facts);
  if (access === null) return false;
  const admitted = [{ facts, access }];
  await settling(ctx, admitted, () => sendBody(ctx, loaded, request, response, access, posted, admitted));
  return true;
}

function sendBody(
  ctx: Context,
  loaded: LoadedProxy,
  request: Request,
  response: Response,
  access: Released,
  { body, isListening }: Pick<Posted, 'body' | 'isListening'>,
  admitted: readonly Admitted[],
): Promise<ProxyResult> {
  const correlationId = admitted[0]?.facts.correlationId ?? null;
  return send(ctx, loaded, request, response, access, { body, isListening, correlationId });
}

/** What carries no message of the client: its stream, and the end of its session. */
async function pass(ctx: Context, loaded: LoadedProxy, request: Request, response: Response): Promise<void> {
  const access = await connectForProxy(ctx, loaded);
  if (access.outcome === 'denied') return refuse(ctx, response, access, [null]);
  await send(ctx, loaded, request, response, access, {
    body: null,
    isListening: request.method === 'GET',
    correlationId: null,
  });
}

/** With the name of the caller's program, if it ever said one. A new one is kept before its next request can come. */
async function named(ctx: Context, loaded: LoadedProxy, body: unknown): Promise<LoadedProxy> {
  const { by } = loaded;
  const said = findClientName(body);
  const clientName = said ?? by.keyClientName;
  if (clientName === null) return loaded;
  const knowing = toNamed(by, clientName);
  if (said !== null && said !== by.keyClientName)
    await touchProxy(ctx, { ...knowing, keyClientName: by.keyClientName });
  return { ...loaded, by: knowing };
}

function toNamed(by: ProxyPrincipal, clientName: string): ProxyPrincipal {
  return { ...by, keyClientName: clientName, requester: { ...by.requester, clientName } };
}

interface Sent extends Pick<Posted, 'isListening'> {
  readonly body: Buffer | null;
}

/** Twice at most: an upstream's 401 leads to one refresh of the token. */
function send(
  ctx: Context,
  loaded: LoadedProxy,
  request: Request,
  response: Response,
  access: Released,
  { correlationId, ...what }: Sent & { readonly correlationId: string | null },
): Promise<ProxyResult> {
  const sendAs = (released: Released) => sendOnce(ctx, request, response, released, what);
  return sendRenewing(ctx, loaded, access, sendAs, { correlationId, repeatable: true });
}

async function sendOnce(
  ctx: Context,
  request: Request,
  response: Response,
  access: Released,
  { body, isListening }: Sent,
): Promise<ProxyResult> {
  const { by } = access.loaded;
  // A body goes out as it was read, whatever it came as.
  const { 'content-encoding': _coding, 'content-type': _type, ...given } = request.headers;
  const session = given[sessionHeader];
  const own = {
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(typeof session === 'string' ? { [sessionHeader]: getUpstreamSession(ctx, by, session) } : {}),
  };
  const out = toOutgoing(ctx, access, { method: request.method, rest: null, given, own, body });
  return forward(ctx.outbound, out.call, response, {
    scrubber: createScrubber([...toSecrets(access), ...toMadeSecrets(out.call.headers)]),
    toHead: out.toHead((status, answered) => {
      const head = toHead(ctx, by, status, answered);
      return isBegun(response) ? toContinued(head.status, head.headers) : head;
    }),
    mayStayOpen: () => mayStayOpen(ctx, access.loaded),
    // What only listens ends with the server; an answer under way is finished.
    ...(isListening ? { signal: ctx.stopping } : {}),
  });
}

function getUpstreamSession(ctx: Context, by: ProxyPrincipal, session: string): string {
  const upstreamId = openSession(ctx.serverSecret, by, session);
  if (upstreamId !== null) return upstreamId;
  throw new AppError('not_found', {
    message: 'session of another key',
    public: 'There is no such session for this key. Begin a new one.',
  });
}

function toHead(ctx: Context, by: ProxyPrincipal, status: number, headers: AnswerHeaders) {
  // Passed on, it would send the caller to sign in somewhere with its own name.
  if (status === 401) {
    throw new AppError('upstream_unauthorized', { message: 'upstream answered 401' });
  }
  if (status >= 300 && status < 400) throw new AppError('upstream_redirected', { message: 'upstream redirected' });
  const session = headers[sessionHeader];
  if (typeof session !== 'string') return { status, headers };
  return { status, headers: { ...headers, [sessionHeader]: bindSession(ctx.serverSecret, by, session) } };
}
