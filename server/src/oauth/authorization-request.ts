// What a client sends the browser here with (RFC 6749 §4.1.1, RFC 7636, RFC 8707), checked before anybody is asked.

import { z } from 'zod';
import { toClientAddress } from './client-document.ts';
import type { OauthClient } from './client-metadata.ts';
import type { Clients } from './clients.ts';
import { isRegistered } from './redirect-uri.ts';

export interface AuthorizationRequest {
  readonly client: OauthClient;
  readonly redirectUri: string;
  /** What it was read from, to be read again on the next page. */
  readonly parameters: Readonly<Record<string, string>>;
}

export type ReadRequest =
  | { readonly outcome: 'asked'; readonly request: AuthorizationRequest }
  /** Nobody knows whom to tell but the person before the screen. */
  | { readonly outcome: 'unknown' }
  /** Likewise: the client says that this host describes it, and no description was found there. */
  | { readonly outcome: 'undescribed'; readonly host: string }
  /** The client is told, where the browser goes back to. */
  | { readonly outcome: 'wrong'; readonly location: string };

const who = z.object({ client_id: z.string().max(6000), redirect_uri: z.string().max(1000).optional() });
const what = z.object({
  client_id: z.string(),
  redirect_uri: z.string().optional(),
  response_type: z.literal('code', { error: 'response_type must be code' }),
  code_challenge: z.string({ error: 'code_challenge is missing' }).regex(/^[\w-]{43}$/, 'code_challenge is malformed'),
  code_challenge_method: z.literal('S256', { error: 'code_challenge_method must be S256' }),
  state: z
    .string()
    .max(4000)
    .regex(/^[ -~]*$/, 'state must be printable ASCII')
    .optional(),
  scope: z.string().max(1000).optional(),
  resource: z.string().max(1000).optional(),
});

/** Reads the query of the authorization endpoint. `baseUrl`: as people reach the server. */
export async function readAuthorizationRequest(
  clients: Clients,
  baseUrl: string,
  query: unknown,
): Promise<ReadRequest> {
  const asking = who.safeParse(query);
  const client = asking.success ? await clients.find(asking.data.client_id) : null;
  const address = toClientAddress(asking.data?.client_id ?? '');
  if (client === null && address !== null) return { outcome: 'undescribed', host: address.host };
  const redirectUri =
    asking.data?.redirect_uri ?? (client?.redirectUris.length === 1 ? client.redirectUris[0] : undefined);
  if (client === null || redirectUri === undefined || !isRegistered(redirectUri, client.redirectUris)) {
    return { outcome: 'unknown' };
  }
  const parsed = what.safeParse(query);
  const state = z.object({ state: z.string() }).safeParse(query).data?.state;
  const refuse = (error: string, description: string) => ({
    outcome: 'wrong' as const,
    location: toErrorLocation(redirectUri, { error, error_description: description, state, iss: baseUrl }),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const isType = issue?.path[0] === 'response_type';
    return refuse(isType ? 'unsupported_response_type' : 'invalid_request', issue?.message ?? 'malformed');
  }
  if (!isOurResource(baseUrl, parsed.data.resource)) return refuse('invalid_target', `resource must be ${baseUrl}/mcp`);
  const { resource: _, scope: __, ...kept } = parsed.data;
  const parameters = Object.fromEntries(Object.entries(kept).filter((entry) => entry[1] !== undefined));
  return {
    outcome: 'asked',
    request: { client, redirectUri, parameters: { ...parameters, redirect_uri: redirectUri } },
  };
}

/** RFC 8707 §2: a token is asked for what it is to open. Without a word of it, that is all there is. */
export function isOurResource(baseUrl: string, resource: string | undefined): boolean {
  return resource === undefined || [`${baseUrl}/mcp`, `${baseUrl}/mcp/`, baseUrl, `${baseUrl}/`].includes(resource);
}

/** Where the browser goes back to with an error (RFC 6749 §4.1.2.1). */
export function toErrorLocation(redirectUri: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
