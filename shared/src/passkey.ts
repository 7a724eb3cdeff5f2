// Passkeys as their owner sees and names them.

import { z } from 'zod';
import { line } from './text.ts';

export interface PasskeySummary {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** How many an account may have. */
export const passkeysMax = 20;

/** The page that asks the device: the extension's. */
export const passkeyOrigin = z.string().max(200);

const base64url = z
  .string()
  .regex(/^[A-Za-z0-9_-]*$/)
  .max(20_000);

/** What a device answers when a passkey is made, as the browser writes it (WebAuthn Level 3 §5.1). */
export const passkeyRegistration = z.strictObject({
  origin: passkeyOrigin,
  name: line(60),
  response: z.object({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(30)).max(10).default([]),
    }),
  }),
});
export type PasskeyRegistration = z.infer<typeof passkeyRegistration>;

/** What it answers when it proves to be there. */
export const passkeyProof = z.strictObject({
  origin: passkeyOrigin,
  response: z.object({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
  }),
});
export type PasskeyProof = z.infer<typeof passkeyProof>;
