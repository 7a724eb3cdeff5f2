// MCP over Streamable HTTP at /mcp, for agents by their key or by a client that signed in. Both eras of the protocol are served by one handler, one
// request at a time, so that any node can answer any request.

import { type AppError, errorFaces } from '@keytrail/shared/errors';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Auth } from '../auth/accounts.ts';
import { type AgentPrincipal, findConnectedAgent, findPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { createAgentServer } from '../mcp/agent-server.ts';
import { runAsCaller } from '../mcp/callers.ts';
import { findClientName, rememberClientName } from '../mcp/client-info.ts';
import { resourceMetadataPath } from '../oauth/metadata.ts';
import { verifyAgent } from '../trpc/callers.ts';
import { toAppError } from '../trpc/errors.ts';
import { verifyStanding } from '../vault/standing.ts';
import { createJsonReader } from './json-body.ts';
import { createMcpProxyRoutes } from './mcp-proxy.ts';

const readJson = createJsonReader(4096);
const subscription = z.object({ method: z.literal('subscriptions/listen') });
/** Nothing that can be subscribed to ever changes here; each costs a socket. */
const subscriptionsMax = 16;

/** The routes of `/mcp`. `baseUrl`: as people reach the server. `guard`: the checks of Host and Origin. */
export function createMcpRoutes(ctx: Context, auth: Auth, baseUrl: string, guard: RequestHandler[]): Router {
  const handler = createMcpHandler(() => createAgentServer(ctx), {
    onerror: (error) => ctx.log.debug({ error }, 'MCP request refused'),
    maxSubscriptions: subscriptionsMax,
  });
  ctx.stopping.addEventListener('abort', () => void handler.close(), { once: true });
  const answer = toNodeHandler(handler);
  const routes = Router();
  routes.use('/mcp', guard);
  routes.use(createMcpProxyRoutes(ctx));
  routes.all('/mcp', async (request, response) => {
    try {
      const agent = await getCaller(ctx, auth, request, response);
      await runAsCaller(agent, () => answer(request, response, request.body));
    } catch (error) {
      refuse(ctx, request, response, toAppError(error), baseUrl);
    }
  });
  return routes;
}

/** Any agent, whatever its standing: a refusal must reach the log, so it is decided further in. */
async function getCaller(ctx: Context, auth: Auth, request: Request, response: Response): Promise<AgentPrincipal> {
  const requester = toRequester(request, true);
  const { authorization } = request.headers;
  const connected = await findConnectedAgent(ctx, authorization, requester);
  // Who ended it wants to see that it was tried; the client is told to sign in again.
  if (connected?.keyRevoked) await verifyStanding(ctx, connected);
  const agent = connected ?? verifyAgent(await findPrincipal(ctx, auth, authorization, requester));
  // Only now: a stranger's body is not read.
  await readJson(request, response);
  // What stays open is for nobody who could not call anything.
  if (isSubscription(request.body)) await verifyStanding(ctx, agent);
  const said = findClientName(request.body);
  if (said !== null) await rememberClientName(ctx, agent, said);
  const clientName = said ?? agent.keyClientName;
  return clientName === null ? agent : { ...agent, requester: { ...requester, clientName } };
}

function isSubscription(body: unknown): boolean {
  return [body].flat().some((message) => subscription.safeParse(message).success);
}

function refuse(ctx: Context, request: Request, response: Response, error: AppError, baseUrl: string): void {
  if (error.code === 'internal') ctx.log.error({ error }, 'MCP request failed');
  if (error.code === 'unauthorized') {
    // RFC 6750 §3 and RFC 9728 §5.1. Who sent nothing did nothing wrong yet.
    const wrong = request.headers.authorization === undefined ? '' : 'error="invalid_token", ';
    response.set('www-authenticate', `Bearer ${wrong}resource_metadata="${baseUrl}${resourceMetadataPath}"`);
  }
  response.status(errorFaces[error.code].status).json({ code: error.code, sentence: error.public });
}
