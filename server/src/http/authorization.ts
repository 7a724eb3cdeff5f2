// OAuth sign-in for clients of /mcp: the documents and endpoints that programs call. What people see is in `consent-pages.ts`.

import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { findByToken } from '../agents/connection-tokens.ts';
import { dropConnection } from '../agents/connections.ts';
import type { Auth } from '../auth/accounts.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { isOurResource } from '../oauth/authorization-request.ts';
import { answerTokenRequest } from '../oauth/authorization-server.ts';
import { createClients } from '../oauth/clients.ts';
import { oauthPaths, resourceMetadataPath, toResourceMetadata, toServerMetadata } from '../oauth/metadata.ts';
import { createConsentPages } from './consent-pages.ts';
import { toErrorStatus } from './error-status.ts';

const form = express.urlencoded({ extended: false, limit: '16kb' });
const json = express.json({ limit: '16kb' });

/** `baseUrl`: as people reach the server. `guard`: the checks of Host and Origin. */
export function createAuthorizationRoutes(ctx: Context, auth: Auth, baseUrl: string, guard: RequestHandler[]): Router {
  const clients = createClients(ctx);
  const routes = Router();
  for (const path of [resourceMetadataPath, resourceMetadataPath.replace(/\/mcp$/, '')]) {
    routes.get(path, (_request, response) => void response.json(toResourceMetadata(baseUrl)));
  }
  routes.get('/.well-known/oauth-authorization-server', (_request, response) => {
    response.json(toServerMetadata(baseUrl));
  });
  routes.use('/oauth', guard);
  routes.post(oauthPaths.register, json, (request, response) => {
    const { status, answer } = clients.register(request.body);
    response.status(status).json(answer);
  });
  routes.post(oauthPaths.token, form, async (request, response) => {
    const { status, answer } = await answerToken(ctx, clients, baseUrl, request);
    response.status(status).json(answer);
  });
  routes.post(oauthPaths.revoke, form, async (request, response) => revoke(ctx, request, response));
  routes.use(createConsentPages(ctx, auth, clients, baseUrl));
  routes.use('/oauth', (error: unknown, _request: Request, response: Response, _next: express.NextFunction) => {
    const status = toErrorStatus(error);
    if (status >= 500) ctx.log.error({ error }, 'OAuth request failed');
    response.status(status).json({ error: status >= 500 ? 'server_error' : 'invalid_request' });
  });
  return routes;
}

const tokenRequest = z.object({ resource: z.string().optional() }).catch({ resource: '' });

async function answerToken(
  ctx: Context,
  clients: ReturnType<typeof createClients>,
  baseUrl: string,
  request: Request,
): Promise<{ status: number; answer: object }> {
  if (!isOurResource(baseUrl, tokenRequest.parse(request.body ?? {}).resource)) {
    return { status: 400, answer: { error: 'invalid_target', error_description: `resource must be ${baseUrl}/mcp` } };
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
  return answerTokenRequest(ctx, clients, toRequester(request, true), { headers, body: request.body });
}

const revocation = z.object({ token: z.string() });

/** RFC 7009: either token ends the whole connection. Whoever holds one may; of one that is unknown there is nothing to say. */
async function revoke(ctx: Context, request: Request, response: Response): Promise<void> {
  const parsed = revocation.safeParse(request.body);
  if (!parsed.success) {
    response.status(400).json({ error: 'invalid_request', error_description: 'token is missing' });
    return;
  }
  const connection = await findByToken(ctx, parsed.data.token);
  if (connection !== null) {
    await dropConnection(ctx, connection, toRequester(request, true), 'The program gave it up.');
  }
  response.status(200).end();
}
