// Connects an OAuth credential by its owner's consent in the browser: PKCE, a state, and an end that only the session that
// started it can bring about. So nobody who gets another person to consent has their tokens in a vault of their own.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { type ConnectInput, connectInput, type DeviceConnectInput } from '@keytrail/shared/oauth-connect';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { append } from '../audit/append.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { storeConnection, storeReconnection } from './connect-store.ts';
import { openPending, type PendingConnection, sealPending } from './connect-ticket.ts';
import { type CredentialRow, getCredential, toKeptElsewhere } from './credentials.ts';
import { fail } from './failure.ts';
import { toCredentialFacts } from './judge-call.ts';
import { openField } from './open-field.ts';
import { toConnectError } from './provider-failure.ts';
import { askProvider, type ProviderClient, type Tokens, toConfiguration } from './token-endpoint.ts';
import { isHeldByWebhook } from './webhook-held.ts';

export interface StartedConnection {
  /** Where the owner consents. */
  readonly authorizationUrl: string;
  /** To be handed in with the address that the browser came back to. */
  readonly pending: string;
}

/** Starts a connection that makes a new credential. Nothing is stored yet. */
export function startConnection(ctx: Context, owner: OwnerPrincipal, input: ConnectInput): Promise<StartedConnection> {
  return start(ctx, owner, input);
}

/**
 * The same for a credential that is there: of its own provider, for its own scopes. The client secret that it keeps will be sent to
 * the provider, so its event is durable before.
 */
export async function startReconnection(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, redirectUri }: { id: string; redirectUri: string },
): Promise<StartedConnection> {
  const row = await withAccount(ctx.db, owner.accountId, (tx) => getCredential(tx, owner.accountId, id));
  if (isHeldByWebhook(row)) throw toKeptElsewhere();
  const correlationId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const draft = { ...toAttempt(owner, row, correlationId), title: 'Reconnection started' };
  const { accessTokenExpiresAt: _end, ...provider } = row.public;
  const clientSecret = await openClientSecret(ctx, row, draft);
  const { service, label } = row;
  const input = connectInput.safeParse({ service, label, provider: { ...provider, clientSecret }, redirectUri });
  if (!input.success) {
    throw new AppError('invalid_input', {
      message: `credential ${id} lacks what a consent takes`,
      public:
        'To be connected, this credential needs an authorization address, a token address and a client id. Add them first.',
    });
  }
  const fields = clientSecret === undefined ? {} : { fields: ['clientSecret'] };
  await append(ctx, owner.accountId, { ...draft, ...fields, outcome: 'ok' });
  return start(ctx, owner, input.data, { id, correlationId });
}

async function openClientSecret(
  ctx: Context,
  row: CredentialRow,
  draft: Parameters<typeof fail>[2],
): Promise<string | undefined> {
  try {
    return openField(ctx, row, 'clientSecret') ?? undefined;
  } catch (error) {
    return fail(ctx, row.accountId, { ...draft, fields: ['clientSecret'] }, error);
  }
}

/** What the events of an attempt to reconnect have in common. */
function toAttempt({ requester }: OwnerPrincipal, row: CredentialRow, correlationId: string) {
  const what = { type: 'vault_change', action: 'connect', source: 'direct' } as const;
  return { ...what, ...toCredentialFacts(row), correlationId, ...requester };
}

/** Ends a connection with the address that the browser came back to, and stores what it brought. */
export async function finishConnection(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { pending: string; callbackUrl: string },
): Promise<CredentialSummary> {
  const pending = openPending(ctx, owner.accountId, input.pending);
  if (pending.kind !== 'code') throw new AppError('invalid_input', { message: 'a device connection has no callback' });
  const { id, replaces, input: from } = pending;
  if (replaces === null) return storeConnection(ctx, owner, id, from, await exchangeCode(ctx, pending, input));
  try {
    const tokens = await exchangeCode(ctx, pending, input);
    return await storeReconnection(ctx, owner, { id: replaces, correlationId: id, from: from.provider }, tokens);
  } catch (error) {
    const row = await withAccount(ctx.db, owner.accountId, (tx) => getCredential(tx, owner.accountId, replaces));
    return fail(ctx, owner.accountId, { ...toAttempt(owner, row, id), title: 'Reconnection failed' }, error);
  }
}

async function exchangeCode(
  ctx: Context,
  { input, verifier, state }: Extract<PendingConnection, { kind: 'code' }>,
  { callbackUrl }: { callbackUrl: string },
): Promise<Tokens> {
  const client = toClient(input);
  const url = toCallback(callbackUrl, client);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  return askProvider(() => authorizationCodeGrant(toConfiguration(ctx, client), url, checks)).catch(
    (error: unknown) => {
      throw toConnectError(error);
    },
  );
}

async function start(
  ctx: Context,
  { accountId }: OwnerPrincipal,
  input: ConnectInput,
  replaced: { id: string; correlationId: string } | null = null,
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
  const started = { kind: 'code', replaces: replaced?.id ?? null, input, verifier, state } as const;
  return { authorizationUrl, pending: sealPending(ctx, accountId, started, replaced?.correlationId) };
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
