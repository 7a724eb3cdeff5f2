// What the library asks of us: which clients there are, which connection a code or a refresh token is for, and to keep the
// tokens that it gives out.

import { mintAccessToken, mintRefreshToken } from '@keytrail/shared/ids';
import OAuth2Server from '@node-oauth/oauth2-server';
import {
  type Connection,
  findByCode,
  findByRefreshToken,
  replaceTokens,
  spendCode,
  toFamily,
} from '../agents/connection-tokens.ts';
import { dropConnection } from '../agents/connections.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import type { Clients } from './clients.ts';
import { isRegistered } from './redirect-uri.ts';

/** All that there is to ask for: to act as the agent that the owner chooses. */
export const scope = 'agent';

/** What every client may do. */
export const grantTypes = ['authorization_code', 'refresh_token'] as const;

export type Model = OAuth2Server.AuthorizationCodeModel & OAuth2Server.RefreshTokenModel;

/**
 * The model of one request. `requester`: who sent it, for what it may put on the record. Who comes with a code or a token is
 * known by the hash that it is bound to, so that no client's own site is needed for it.
 */
export function createModel(ctx: Context, clients: Clients, requester: Requester): Model {
  return {
    getClient: async (clientId) => {
      const hash = clients.identify(clientId);
      return hash && { id: hash.toString('hex'), grants: [...grantTypes] };
    },
    validateRedirectUri: async (redirectUri, { redirectUris }) =>
      isRegistered(redirectUri, [redirectUris ?? []].flat()),
    validateScope: async () => [scope],
    saveAuthorizationCode: async () => null,
    getAuthorizationCode: async (authorizationCode) => {
      const connection = await findByCode(ctx, authorizationCode, requester);
      if (connection === null) return null;
      const { redirectUri, codeChallenge } = connection;
      const pkce = { codeChallenge, codeChallengeMethod: 'S256' };
      return {
        authorizationCode,
        redirectUri,
        ...pkce,
        ...toGranted(connection, toFamily(ctx, null)),
        expiresAt: checked,
      };
    },
    revokeAuthorizationCode: async ({ user }) => {
      const { connection } = toHeld(user);
      const spent = await spendCode(ctx, connection);
      if (!spent) await dropConnection(ctx, connection, requester, 'Its code was used a second time.');
      return spent;
    },
    getRefreshToken: async (refreshToken) => {
      const connection = await findByRefreshToken(ctx, refreshToken, requester);
      return connection && { refreshToken, ...toGranted(connection, toFamily(ctx, refreshToken)) };
    },
    // It is replaced with the tokens that come in its place, or not at all.
    revokeToken: async () => true,
    generateAccessToken: async (_client, user) => mintAccessToken(toHeld(user).connection.accountId, ctx.randomBytes),
    generateRefreshToken: async (_client, user) => {
      const { connection, family } = toHeld(user);
      return mintRefreshToken(connection.accountId, family, ctx.randomBytes);
    },
    saveToken: async (token, client, user) => {
      const { accessToken, refreshToken = '' } = token;
      const { connection } = toHeld(user);
      if (await replaceTokens(ctx, connection, { accessToken, refreshToken })) return { ...token, client, user };
      throw new OAuth2Server.InvalidGrantError('Invalid grant: the connection has ended or was refreshed meanwhile');
    },
    // /mcp looks its tokens up by itself, along with the agent.
    getAccessToken: async () => null,
  };
}

/** What the library calls the user of a token. */
interface Held {
  readonly connection: Connection;
  readonly family: Uint8Array;
}

function toGranted(connection: Connection, family: Uint8Array) {
  const held: Held = { connection, family };
  return { user: held, client: { id: connection.clientHash.toString('hex'), grants: [] }, scope: [scope] };
}

function toHeld(user: OAuth2Server.User): Held {
  return { connection: user.connection, family: user.family };
}

/** The library goes by the clock of this process, we go by that of the context, and have gone by it already. */
const checked = new Date(8_640_000_000_000_000);
