// What is readable of an OAuth credential, where it comes in.

import { z } from 'zod';
import { clientAuths } from './oauth.ts';
import { line } from './text.ts';

export const endpoint = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000);

/** Parameters of the authorization request beyond the usual ones, such as `access_type`. */
const authorizationParameters = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,60}$/), line(300))
  .refine((values) => Object.keys(values).length <= 20, 'must name at most 20 parameters')
  .refine(
    (values) => Object.keys(values).every((name) => !own.includes(name)),
    `must not name what Keytrail sets itself`,
  );

const own = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
  'scope',
  'request',
  'request_uri',
];

/** One scope, and how many of them a credential may name. */
export const scopeName = line(200);
export const scopesMax = 100;

/** Where a provider is and who we are to it. */
export const oauthClient = {
  /** As the provider calls itself, where that is known: answers must then come from it (RFC 9207). */
  issuer: endpoint.optional(),
  authorizationUrl: endpoint.optional(),
  deviceUrl: endpoint.optional(),
  tokenUrl: endpoint.optional(),
  clientId: line(300).optional(),
  /** Absent: as RFC 6749 prefers it, by HTTP Basic, where there is a secret. */
  clientAuth: z.enum(clientAuths).optional(),
  scopes: z.array(scopeName).max(scopesMax).default([]),
  authorizationParameters: authorizationParameters.optional(),
};

/** The readable part of an OAuth credential. */
export const oauthPublic = z.strictObject({
  ...oauthClient,
  accessTokenExpiresAt: z.iso
    .datetime()
    .transform((text) => new Date(text).toISOString())
    .nullable()
    .default(null),
});
export type OAuthPublic = z.infer<typeof oauthPublic>;
