// What connecting an OAuth credential takes, where it comes in.

import { z } from 'zod';
import { service } from './credential.ts';
import { endpoint, oauthClient } from './oauth-schema.ts';
import { line } from './text.ts';

/** Where an authorization server says what it is: its own address, or that of its document (RFC 8414, OpenID Connect). */
export const discoveryInput = z.strictObject({ address: endpoint });

const provider = z.strictObject({
  ...oauthClient,
  tokenUrl: endpoint,
  clientId: line(300).refine((id) => id !== '', 'is required'),
  clientSecret: z.string().min(1).max(20_000).optional(),
});

/** What a new credential is to be called, and the provider that gives its tokens. */
const connection = { service, label: line(100), provider };

/** A way to the owner's consent: by the browser, which comes back to `redirectUri`. */
export const connectInput = z.strictObject({
  ...connection,
  provider: provider.extend({ authorizationUrl: endpoint }),
  redirectUri: endpoint,
});
export type ConnectInput = z.infer<typeof connectInput>;

/** The same by a code that the owner types on another page (RFC 8628). */
export const deviceConnectInput = z.strictObject({
  ...connection,
  provider: provider.extend({ deviceUrl: endpoint }),
});
export type DeviceConnectInput = z.infer<typeof deviceConnectInput>;
