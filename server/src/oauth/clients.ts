// Programs that register themselves (RFC 7591), or describe themselves at an address of their own. Nothing is stored: the
// id of a registered client holds what it registered with, under a seal of ours, so that strangers can fill no table and any
// node knows every client.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase64url, toBase64url } from '@keytrail/shared/bytes';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { deriveKey } from '../base/server-secret.ts';
import { hashClientId, toClientAddress } from './client-document.ts';
import { createClientDocuments } from './client-documents.ts';
import { clientMetadata, type OauthClient, toClientName } from './client-metadata.ts';
import { isLoopback } from './redirect-uri.ts';

const sealed = z.object({ name: z.string(), uris: z.array(z.string()) });
const prefix = 'kt_client_';

/** The clients of this installation, by its own secret. */
export function createClients(
  ctx: Pick<Context, 'serverSecret' | 'randomBytes' | 'nowMs' | 'outbound' | 'flights' | 'log' | 'stopping'>,
) {
  const documents = createClientDocuments(ctx);
  const key = deriveKey(ctx.serverSecret, 'oauth-clients');
  const seal = (content: Uint8Array) => createHmac('sha256', key).update(content).digest();
  /** What is under our seal. */
  const open = (id: string): OauthClient | null => {
    const [content, mark] = id.slice(prefix.length).split('.').map(fromBase64url);
    if (!id.startsWith(prefix) || content == null || mark?.length !== 32) return null;
    if (!timingSafeEqual(seal(content), mark)) return null;
    const { name, uris } = sealed.parse(JSON.parse(Buffer.from(content).toString()));
    return { hash: hashClientId(id), name, redirectUris: uris, describedAt: null };
  };
  return {
    /** Registers a client: answers what RFC 7591 §3.2.1 wants, or the error of §3.2.2. */
    register(body: unknown): { status: number; answer: object } {
      const parsed = clientMetadata.safeParse(body);
      if (!parsed.success) return { status: 400, answer: toRegistrationError(parsed.error) };
      const uris = parsed.data.redirect_uris;
      const name = toClientName(parsed.data.client_name);
      const content = Buffer.from(JSON.stringify({ name, uris, salt: toBase64url(ctx.randomBytes(9)) }));
      const answer = {
        client_id: `${prefix}${toBase64url(content)}.${toBase64url(seal(content))}`,
        client_id_issued_at: Math.floor(ctx.nowMs() / 1000),
        client_name: name,
        redirect_uris: uris,
        application_type: uris.some(isLoopback) ? 'native' : 'web',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      };
      return { status: 201, answer };
    },
    /** The client of an id; null for one that this installation never gave out, and where nobody is described. */
    async find(id: string): Promise<OauthClient | null> {
      const address = toClientAddress(id);
      return address === null ? open(id) : documents.find(address);
    },
    /** The hash of an id by which a client may hold codes and tokens; those who come with these are not looked up anew. */
    identify(id: string): Buffer | null {
      return toClientAddress(id) === null ? (open(id)?.hash ?? null) : hashClientId(id);
    },
  };
}

export type Clients = ReturnType<typeof createClients>;

function toRegistrationError(error: z.ZodError): object {
  const [issue] = error.issues;
  const field = issue?.path[0]?.toString() ?? '';
  return {
    error: field === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    error_description: field === '' ? 'Send the metadata as a JSON object.' : `${field}: ${issue?.message}`,
  };
}
