// The authorization server of /mcp: the library keeps the protocol, we keep what it speaks of. What a token stands for is a
// connection, a client that its owner lets act as one of their agents.

import OAuth2Server from '@node-oauth/oauth2-server';
import { type AgentChoice, connectClient, refuseClient } from '../agents/connect-client.ts';
import { accessTokenSeconds, refreshTokenSeconds } from '../agents/connection-tokens.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { type AuthorizationRequest, toErrorLocation } from './authorization-request.ts';
import type { Clients } from './clients.ts';
import { createModel, grantTypes, type Model } from './model.ts';

/** Lets the client in as the owner chose, and answers where the browser goes back to. Throws what `connectClient` throws. */
export async function grantAuthorization(
  ctx: Context,
  clients: Clients,
  baseUrl: string,
  { parameters, client, redirectUri }: AuthorizationRequest,
  { owner, choice }: { owner: OwnerPrincipal; choice: AgentChoice },
): Promise<string> {
  const model: Model = {
    ...createModel(ctx, clients, owner.requester),
    getClient: async () => ({
      id: client.hash.toString('hex'),
      redirectUris: [...client.redirectUris],
      grants: [...grantTypes],
    }),
    saveAuthorizationCode: async ({ codeChallenge = '', ...code }, { id, grants }) => {
      const { hash: clientHash, name: clientName, describedAt } = client;
      const asking = { clientHash, clientName, describedAt, redirectUri, codeChallenge };
      const connected = await connectClient(ctx, owner, choice, asking);
      return { ...code, authorizationCode: connected.code, client: { id, grants }, user: owner };
    },
  };
  const response = new OAuth2Server.Response();
  await new OAuth2Server({ model })
    .authorize(new OAuth2Server.Request({ method: 'GET', headers: {}, query: { ...parameters } }), response, {
      allowEmptyState: true,
      authenticateHandler: { handle: () => owner },
    })
    .catch((error: unknown) => {
      throw toCause(error);
    });
  const location = new URL(response.get('location'));
  // RFC 9207: so that a client of several servers knows whose answer it is.
  location.searchParams.set('iss', baseUrl);
  return location.href;
}

/** Notes that the owner refused, and answers where the browser goes back to with that. */
export async function refuseAuthorization(
  ctx: Context,
  baseUrl: string,
  { client, redirectUri, parameters: { state } }: AuthorizationRequest,
  owner: OwnerPrincipal,
): Promise<string> {
  await refuseClient(ctx, owner, { clientName: client.name, describedAt: client.describedAt, redirectUri });
  // Not by the library, whose way loses the error where the address has a query of its own.
  const error = { error: 'access_denied', error_description: 'Access was denied by the owner.' };
  return toErrorLocation(redirectUri, { ...error, state, iss: baseUrl });
}

/** Answers the token endpoint: what a client gets for a code or a refresh token, or the error of RFC 6749 §5.2. */
export async function answerTokenRequest(
  ctx: Context,
  clients: Clients,
  requester: Requester,
  request: { headers: Record<string, string>; body: unknown },
): Promise<{ status: number; answer: object }> {
  const response = new OAuth2Server.Response();
  await new OAuth2Server({ model: createModel(ctx, clients, requester) })
    .token(new OAuth2Server.Request({ method: 'POST', query: {}, ...request }), response, {
      accessTokenLifetime: accessTokenSeconds,
      refreshTokenLifetime: refreshTokenSeconds,
      // Every client is public: what a program on somebody's computer holds is no secret of its maker.
      requireClientAuthentication: { authorization_code: false, refresh_token: false },
    })
    .catch((error: unknown) => {
      if (!(error instanceof OAuth2Server.OAuthError) || error instanceof OAuth2Server.ServerError)
        throw toCause(error);
    });
  return { status: response.status ?? 500, answer: response.body };
}

function toCause(error: unknown): unknown {
  return error instanceof OAuth2Server.OAuthError && 'inner' in error ? error.inner : error;
}
