// What a client reads before it asks: whose tokens /mcp takes (RFC 9728), and how to get one (RFC 8414).

import { scope } from './model.ts';

/** The path of the first document; clients look there under the name of the resource, and older ones without. */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource/mcp';

/** Where each endpoint lies. */
export const oauthPaths = {
  authorize: '/oauth/authorize',
  signIn: '/oauth/sign-in',
  consent: '/oauth/consent',
  token: '/oauth/token',
  register: '/oauth/register',
  revoke: '/oauth/revoke',
  style: '/oauth/page.css',
} as const;

/** `baseUrl`: as people reach the server; the issuer, too. */
export function toResourceMetadata(baseUrl: string): object {
  return {
    resource: `${baseUrl}/mcp`,
    resource_name: 'Keytrail',
    authorization_servers: [baseUrl],
    bearer_methods_supported: ['header'],
    scopes_supported: [scope],
  };
}

export function toServerMetadata(baseUrl: string): object {
  return {
    issuer: baseUrl,
    authorization_endpoint: baseUrl + oauthPaths.authorize,
    token_endpoint: baseUrl + oauthPaths.token,
    registration_endpoint: baseUrl + oauthPaths.register,
    revocation_endpoint: baseUrl + oauthPaths.revoke,
    scopes_supported: [scope],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}
