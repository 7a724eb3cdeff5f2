// Reads what an authorization server says of itself: RFC 8414, or OpenID Connect Discovery.

import { AppError } from '@keytrail/shared/errors';
import { endpoint } from '@keytrail/shared/oauth-schema';
import { discovery, None, type ServerMetadata } from 'openid-client';
import type { Context } from '../base/context.ts';
import { toConnectError, toProviderFailure } from './provider-failure.ts';
import { toDiscoveryOptions } from './token-endpoint.ts';

export interface DiscoveredProvider {
  readonly issuer: string;
  readonly authorizationUrl: string | null;
  readonly tokenUrl: string | null;
  readonly deviceUrl: string | null;
  readonly scopes: readonly string[];
}

/** @param input.address the server's own address, or that of its document. Throws in words what is wrong with it. */
export async function discoverProvider(ctx: Context, input: { address: string }): Promise<DiscoveredProvider> {
  const address = new URL(input.address);
  // A whole document's address is taken as it is; else both conventions are tried.
  const isDocument = address.pathname.includes('/.well-known/');
  const metadata = await read(ctx, address, 'oidc').catch((error: unknown) => {
    if (isDocument) throw error;
    return read(ctx, address, 'oauth2');
  });
  return {
    issuer: metadata.issuer,
    authorizationUrl: toEndpoint(metadata.authorization_endpoint),
    tokenUrl: toEndpoint(metadata.token_endpoint),
    deviceUrl: toEndpoint(metadata.device_authorization_endpoint),
    scopes: metadata.scopes_supported?.slice(0, 100) ?? [],
  };
}

async function read(ctx: Context, address: URL, algorithm: 'oidc' | 'oauth2'): Promise<Readonly<ServerMetadata>> {
  try {
    const configuration = await discovery(address, 'keytrail', undefined, None(), toDiscoveryOptions(ctx, algorithm));
    return configuration.serverMetadata();
  } catch (error) {
    const { errorClass, public: sentence } = toProviderFailure(error);
    if (errorClass !== 'provider_answer') throw toConnectError(toProviderFailure(error));
    throw new AppError('invalid_input', {
      message: `no metadata at ${address.host}`,
      public: sentence ?? 'No authorization server describes itself at this address. Check it, or type the endpoints.',
    });
  }
}

/** The document is a stranger's: what is no address is left out. */
function toEndpoint(value: string | undefined): string | null {
  return endpoint.safeParse(value).success ? (value ?? null) : null;
}
