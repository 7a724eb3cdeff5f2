// OAuth credentials of a test, with tokens of the test's own provider.

import type { Client } from './client.ts';
import type { OAuthProvider } from './oauth-provider.ts';

/** Nothing that must stay secret, as a test can look for it: what was issued, and the client's own secret. */
export interface IssuedCredential {
  readonly id: string;
  readonly service: string;
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string };
}

let made = 0;

/** A credential whose access token ends at the given time; the tokens are freshly issued. */
export async function createOAuthCredential(
  owner: { client: Client },
  provider: Pick<OAuthProvider, 'tokenUrl' | 'client' | 'issueTokens'>,
  options: { endsInS?: number; label?: string; nowMs?: number } = {},
): Promise<IssuedCredential> {
  const service = `calendar-${++made}`;
  const tokens = await provider.issueTokens();
  const ends = (options.nowMs ?? Date.now()) + (options.endsInS ?? -10) * 1000;
  const { id } = await owner.client.credentials.create.mutate({
    kind: 'oauth',
    service,
    label: options.label ?? 'main',
    public: {
      tokenUrl: provider.tokenUrl,
      clientId: provider.client.id,
      scopes: ['api'],
      accessTokenExpiresAt: new Date(ends).toISOString(),
    },
    secret: { ...tokens, clientSecret: provider.client.secret },
  });
  return { id, service, tokens };
}
