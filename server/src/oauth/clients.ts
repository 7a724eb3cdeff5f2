// Programs that register themselves (RFC 7591). Nothing is stored: the client's id holds what it registered with, under a
// seal of ours, so that strangers can fill no table and any node knows every client.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase64url, toBase64url } from '@keytrail/shared/bytes';
import { toOneLine } from '@keytrail/shared/text';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { deriveKey } from '../base/server-secret.ts';
import { isLoopback, isRedirectUri } from './redirect-uri.ts';

export interface OauthClient {
  /** SHA-256 of the id that the client shows. */
  readonly hash: Buffer;
  /** What it calls itself: a claim, fit for one line. */
  readonly name: string;
  readonly redirectUris: readonly string[];
}

/** What a program may send. Whatever it says beyond that is ignored, such as which kind of application it takes itself for. */
const registration = z.object({
  client_name: z.string().max(1000).optional(),
  redirect_uris: z
    .array(z.string().max(1000).refine(isRedirectUri, 'must be https, http on this computer, or the scheme of an app'))
    .min(1)
    .max(10)
    .refine((uris) => uris.join('').length <= 3000, 'must be fewer or shorter'),
  grant_types: z
    .array(z.string())
    .refine((types) => types.includes('authorization_code'))
    .optional(),
  response_types: z
    .array(z.string())
    .refine((types) => types.includes('code'))
    .optional(),
});

const sealed = z.object({ name: z.string(), uris: z.array(z.string()) });
const prefix = 'kt_client_';

/** The clients of this installation, by its own secret. */
export function createClients(ctx: Pick<Context, 'serverSecret' | 'randomBytes' | 'nowMs'>) {
  const key = deriveKey(ctx.serverSecret, 'oauth-clients');
  const seal = (content: Uint8Array) => createHmac('sha256', key).update(content).digest();
  return {
    /** Registers a client: answers what RFC 7591 §3.2.1 wants, or the error of §3.2.2. */
    register(body: unknown): { status: number; answer: object } {
      const parsed = registration.safeParse(body);
      if (!parsed.success) return { status: 400, answer: toRegistrationError(parsed.error) };
      const uris = parsed.data.redirect_uris;
      const name = toOneLine(parsed.data.client_name ?? '', 100) || 'A program without a name';
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
    /** The client of an id; null for an id that this installation never gave out. */
    find(id: string): OauthClient | null {
      const [content, mark] = id.slice(prefix.length).split('.').map(fromBase64url);
      if (!id.startsWith(prefix) || content == null || mark?.length !== 32) return null;
      if (!timingSafeEqual(seal(content), mark)) return null;
      const { name, uris } = sealed.parse(JSON.parse(Buffer.from(content).toString()));
      return { hash: createHash('sha256').update(id).digest(), name, redirectUris: uris };
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
