// Speaks OAuth with a provider: by openid-client, which is strict, over the server's one way out, with answers made to fit.

import type { OAuthPublic } from '@keytrail/shared/oauth-schema';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  type DiscoveryRequestOptions,
  None,
  refreshTokenGrant,
  type TokenEndpointResponse,
} from 'openid-client';
import type { Context } from '../base/context.ts';
import { isAllowedHost } from '../base/outbound.ts';
import { ProviderFailure, toProviderFailure } from './provider-failure.ts';
import { type StatedTokens, toLifetimeS, toScopes } from './readable-tokens.ts';
import { toConformAnswer } from './token-answer.ts';

/** Where a provider is and who we are to it. */
export interface ProviderClient
  extends Pick<OAuthPublic, 'issuer' | 'authorizationUrl' | 'deviceUrl' | 'clientAuth' | 'scopes'> {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
}

/** Tokens as a provider gave them; what it says of them is such as a credential can hold. */
export interface Tokens extends StatedTokens {
  readonly accessToken: string;
  /** Null where none came: then the one that was used goes on. */
  readonly refreshToken: string | null;
}

/** For each call to a provider. */
const timeoutS = 10;
const answerBytesMax = 256 * 1024;

/** RFC 6749 §6. Throws a ProviderFailure. */
export async function exchangeRefreshToken(
  ctx: Context,
  client: ProviderClient,
  refreshToken: string,
): Promise<Tokens> {
  return askProvider(() => refreshTokenGrant(toConfiguration(ctx, client), refreshToken));
}

/** Makes a call by openid-client; whatever goes wrong is thrown as a ProviderFailure. */
export async function askProvider(call: () => Promise<TokenEndpointResponse>): Promise<Tokens> {
  try {
    return toTokens(await call());
  } catch (error) {
    throw toProviderFailure(error);
  }
}

/** The client as openid-client knows it. Throws a ProviderFailure for plain http to where the operator did not allow it. */
export function toConfiguration(ctx: Context, client: ProviderClient): Configuration {
  const { issuer, tokenUrl, authorizationUrl, deviceUrl, clientId } = client;
  const configuration = new Configuration(
    {
      issuer: issuer ?? new URL(tokenUrl).origin,
      token_endpoint: tokenUrl,
      ...(authorizationUrl === undefined ? {} : { authorization_endpoint: authorizationUrl }),
      ...(deviceUrl === undefined ? {} : { device_authorization_endpoint: deviceUrl }),
    },
    clientId,
    {},
    toClientAuth(client),
  );
  configuration.timeout = timeoutS;
  configuration[customFetch] = (url, options) => send(ctx, url, options);
  // Where plain http is allowed is decided call by call, in `send`.
  allowInsecureRequests(configuration);
  return configuration;
}

function toClientAuth({ clientAuth, clientSecret }: ProviderClient): ClientAuth {
  if (clientSecret === null || clientAuth === 'none') return None();
  return clientAuth === 'post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

/** How openid-client is to read a provider's metadata. */
export function toDiscoveryOptions(ctx: Context, algorithm: 'oidc' | 'oauth2'): DiscoveryRequestOptions {
  return {
    algorithm,
    timeout: timeoutS,
    execute: [allowInsecureRequests],
    [customFetch]: (url, options) => send(ctx, url, options),
  };
}

interface SendOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** One call to a provider, its answer read whole and made to fit. */
async function send(ctx: Context, address: string, options: SendOptions): Promise<Response> {
  const url = new URL(address);
  if (url.protocol !== 'https:' && !isAllowedHost(ctx.config.allowedUpstreams, url)) {
    const sentence = 'A provider is called over https only, unless whoever runs the server allows its host by name.';
    throw new ProviderFailure('unreachable', null, sentence);
  }
  const signal = options.signal ?? AbortSignal.timeout(timeoutS * 1000);
  const body = options.body === null || options.body === undefined ? null : Buffer.from(String(options.body));
  // Some answer with a form to whoever does not ask for JSON.
  const headers = { ...options.headers, accept: 'application/json' };
  const answer = await ctx.outbound.send({ url, method: options.method, headers, body }, signal);
  const raw = {
    status: answer.status,
    contentType: String(answer.headers['content-type'] ?? ''),
    body: await readBounded(answer.body),
  };
  const { status, contentType, body: text } = options.method === 'POST' ? toConformAnswer(raw) : raw;
  return new Response(bodiless.has(status) ? null : text, { status, headers: { 'content-type': contentType } });
}

const bodiless = new Set([204, 205, 304]);

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > answerBytesMax) throw new ProviderFailure('provider_answer', null);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toTokens(response: TokenEndpointResponse): Tokens {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? null,
    expiresInS: toLifetimeS(response.expires_in ?? null),
    scopes: toScopes(response.scope?.split(/[ ,]+/).filter((scope) => scope !== '') ?? null),
  };
}
