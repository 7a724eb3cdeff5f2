// Connects an OAuth credential by its owner's consent in the browser: PKCE, a state, and an end that only the session that
// started it can bring about. So nobody who gets another person to consent has their tokens in a vault of his own.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { type ConnectInput, connectInput, type DeviceConnectInput } from '@keytrail/shared/oauth-connect';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { storeConnection, storeReconnection } from './connect-store.ts';
import { openPending, sealPending } from './connect-ticket.ts';
import { getCredential } from './credentials.ts';
import { openField } from './open-field.ts';
import { toConnectError } from './provider-failure.ts';
import { askProvider, type ProviderClient, toConfiguration } from './token-endpoint.ts';

export interface StartedConnection {
  /** Where the owner consents. */
  readonly authorizationUrl: string;
  /** To be handed in with the address that the browser came back to. */
  readonly pending: string;
}

/** Starts a connection that makes a new credential. Nothing is stored yet. */
export function startConnection(ctx: Context, owner: OwnerPrincipal, input: ConnectInput): Promise<StartedConnection> {
  return start(ctx, owner, input, null);
}

/** The same for a credential that is there: of its own provider, for its own scopes. */
export async function startReconnection(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, redirectUri }: { id: string; redirectUri: string },
): Promise<StartedConnection> {
  const row = await withAccount(ctx.db, owner.accountId, (tx) => getCredential(tx, owner.accountId, id));
  const { accessTokenExpiresAt: _end, ...provider } = row.public;
  const clientSecret = openField(ctx, row, 'clientSecret') ?? undefined;
  const { service, label } = row;
  const input = connectInput.safeParse({ service, label, provider: { ...provider, clientSecret }, redirectUri });
  if (!input.success) {
    throw new AppError('invalid_input', {
      message: `credential ${id} lacks what a consent takes`,
      public:
        'To be connected, this credential needs an authorization address, a token address and a client id. Add them first.',
    });
  }
  return start(ctx, owner, input.data, id);
}

/** Ends a connection with the address that the browser came back to, and stores what it brought. */
export async function finishConnection(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { pending: string; callbackUrl: string },
): Promise<CredentialSummary> {
  const pending = openPending(ctx, owner.accountId, input.pending);
  if (pending.kind !== 'code') throw new AppError('invalid_input', { message: 'a device connection has no callback' });
  const client = toClient(pending.input);
  const url = toCallback(input.callbackUrl, client);
  const checks = { pkceCodeVerifier: pending.verifier, expectedState: pending.state };
  const tokens = await askProvider(() => authorizationCodeGrant(toConfiguration(ctx, client), url, checks)).catch(
    (error: unknown) => {
      throw toConnectError(error);
    },
  );
  return pending.replaces === null
    ? storeConnection(ctx, owner, pending.id, pending.input, tokens)
    : storeReconnection(ctx, owner, pending.replaces, pending.input.provider, tokens);
}

async function start(
  ctx: Context,
  { accountId }: OwnerPrincipal,
  input: ConnectInput,
  replaces: string | null,
): Promise<StartedConnection> {
  const verifier = randomPKCECodeVerifier();
  const state = randomState();
  const { scopes, authorizationParameters } = input.provider;
  const authorizationUrl = buildAuthorizationUrl(toConfiguration(ctx, toClient(input)), {
    // OpenID Connect Core §11: without it nobody has to give a refresh token.
    ...(scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
    ...authorizationParameters,
    redirect_uri: input.redirectUri,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }).href;
  return { authorizationUrl, pending: sealPending(ctx, accountId, { kind: 'code', replaces, input, verifier, state }) };
}

export function toClient({ provider }: Pick<ConnectInput | DeviceConnectInput, 'provider'>): ProviderClient {
  return { ...provider, clientSecret: provider.clientSecret ?? null };
}

/** A provider that says who it is, where nobody knows who it should be, is not held to it. */
function toCallback(address: string, { issuer }: ProviderClient): URL {
  const url = new URL(address);
  if (issuer === undefined) url.searchParams.delete('iss');
  return url;
}
