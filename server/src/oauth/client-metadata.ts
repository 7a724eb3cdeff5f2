// What a program says of itself, whether it registers (RFC 7591) or describes itself at an address of its own.

import { toOneLine } from '@keytrail/shared/text';
import { z } from 'zod';
import { isRedirectUri } from './redirect-uri.ts';

export interface OauthClient {
  /** SHA-256 of the id that the client shows. */
  readonly hash: Buffer;
  /** What it calls itself: a claim, fit for one line. */
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** The host that vouches for what is said here; null where only the program itself says it. */
  readonly describedAt: string | null;
}

/** What is read of it. Whatever it says beyond that is ignored, such as which kind of application it takes itself for. */
export const clientMetadata = z.object({
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

/** A name that fits on one line, whatever the program calls itself. */
export function toClientName(name: string | undefined): string {
  return toOneLine(name ?? '', 100) || 'A program without a name';
}
