// MCP over Streamable HTTP at /mcp, for agents by their key. Both eras of the protocol are served by one handler, one
// request at a time, so that any node can answer any request.

import { type AppError, errorFaces } from '@keytrail/shared/errors';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Auth } from '../auth/accounts.ts';
import { type AgentPrincipal, findPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { createAgentServer } from '../mcp/agent-server.ts';
import { runAsCaller } from '../mcp/callers.ts';
import { findClientName, rememberClientName } from '../mcp/client-info.ts';
import { toAppError, verifyAgent } from '../trpc/init.ts';
import { verifyStanding } from '../vault/standing.ts';
import { createJsonReader } from './json-body.ts';
import { createMcpProxyRoutes } from './mcp-proxy.ts';

const metadataPath = '/.well-known/oauth-protected-resource/mcp';
const readJson = createJsonReader(4096);
const subscription = z.object({ method: z.literal('subscriptions/listen') });
/** Nothing that can be subscribed to ever changes here; each costs a socket. */
const subscriptionsMax = 16;

/** The routes of `/mcp` and of the document that says how to get in (RFC 9728). `baseUrl`: as people reach the server. `guard`: the checks of Host and Origin. */
export function createMcpRoutes(ctx: Context, auth: Auth, baseUrl: string, guard: RequestHandler[]): Router {
  const handler = createMcpHandler(() => createAgentServer(ctx), {
    onerror: (error) => ctx.log.debug({ error }, 'MCP request refused'),
    maxSubscriptions: subscriptionsMax,
  });
  ctx.stopping.addEventListener('abort', () => void handler.close(), { once: true });
  const answer = toNodeHandler(handler);
  const routes = Router();
  routes.get(metadataPath, (_request, response) => {
    response.json({
      resource: `${baseUrl}/mcp`,
      resource_name: 'Keytrail',
      bearer_methods_supported: ['header'],
    });
  });
  routes.use('/mcp', guard);
  routes.use(createMcpProxyRoutes(ctx));
  routes.all('/mcp', async (request, response) => {
    try {
      const agent = await findCaller(ctx, auth, request, response);
      await runAsCaller(agent, () => answer(request, response, request.body));
    } catch (error) {
      refuse(ctx, response, toAppError(error), baseUrl);
    }
  });
  return routes;
}

/** Any agent, whatever its standing: a refusal must reach the log, so it is decided further in. */
async function findCaller(ctx: Context, auth: Auth, request: Request, response: Response): Promise<AgentPrincipal> {
  const requester = toRequester(request, true);
  const agent = verifyAgent(await findPrincipal(ctx, auth, request.headers.authorization, requester));
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

function refuse(ctx: Context, response: Response, error: AppError, baseUrl: string): void {
  if (error.code === 'internal') ctx.log.error({ error }, 'MCP request failed');
  if (error.code === 'unauthorized') {
    // RFC 6750 §3 and RFC 9728 §5.1.
    response.set('www-authenticate', `Bearer error="invalid_token", resource_metadata="${baseUrl}${metadataPath}"`);
  }
  response.status(errorFaces[error.code].status).json({ code: error.code, sentence: error.public });
}
