// Credentials over tRPC.

import { credentialInput, importBatchMax } from '@keytrail/shared/credential';
import { toOrigin } from '@keytrail/shared/site';
import { z } from 'zod';
import { useOwnCredential } from '../vault/access.ts';
import { createCredentials } from '../vault/create-credentials.ts';
import { credentialPatch } from '../vault/credential-patch.ts';
import { createCredential, listCredentials, removeCredential, updateCredential } from '../vault/credentials.ts';
import {
  createHeldCredential,
  heldCredentialInput,
  heldCredentialPatch,
  updateHeldCredential,
} from '../vault/held-credentials.ts';
import { refreshNow } from '../vault/refresh-now.ts';
import { DeniedError } from './errors.ts';
import { ownerProcedure, router } from './init.ts';

// Not normalised: "https://a.test@evil.test" must not become an origin that somebody owns.
const origin = z
  .string()
  .max(300)
  .refine((text) => toOrigin(text) === text, 'must be an origin such as https://example.com');

const use = z
  .strictObject({
    id: z.uuid(),
    action: z.enum(['reveal', 'copy', 'autofill']),
    fields: z.array(z.string().max(100)).min(1).max(100).optional(),
    siteOrigin: origin.optional(),
    frameOrigin: origin.optional(),
    sendsTo: z
      .array(origin.or(z.literal('null')))
      .max(20)
      .optional(),
  })
  .refine((input) => input.action !== 'autofill' || input.siteOrigin !== undefined, {
    path: ['siteOrigin'],
    message: 'is required for autofill',
  });

export const credentialsRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listCredentials(ctx, owner)),
  create: ownerProcedure
    .input(credentialInput)
    .mutation(({ ctx: { ctx, owner }, input }) => createCredential(ctx, owner, input)),
  createMany: ownerProcedure
    .input(
      z.strictObject({
        /** Ties the events of an import together, however many calls it takes. */
        importId: z.uuid(),
        credentials: z.array(credentialInput).min(1).max(importBatchMax),
      }),
    )
    .mutation(({ ctx: { ctx, owner }, input }) => createCredentials(ctx, owner, input)),
  update: ownerProcedure
    .input(credentialPatch)
    .mutation(({ ctx: { ctx, owner }, input }) => updateCredential(ctx, owner, input)),
  /** The same for a vault on the owner's webhook: by the names of secret fields, with a ticket to write them there. */
  createHeld: ownerProcedure
    .input(heldCredentialInput)
    .mutation(({ ctx: { ctx, owner }, input }) => createHeldCredential(ctx, owner, input)),
  updateHeld: ownerProcedure
    .input(heldCredentialPatch)
    .mutation(({ ctx: { ctx, owner }, input }) => updateHeldCredential(ctx, owner, input)),
  remove: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => removeCredential(ctx, owner, input)),
  refresh: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => refreshNow(ctx, owner, input)),
  // The door itself refuses a use of a locked vault, and records what was to be used.
  use: ownerProcedure
    .meta({ whileLocked: true })
    .input(use)
    .mutation(async ({ ctx: { ctx, owner }, input }) => {
      const access = await useOwnCredential(ctx, owner, input);
      if (access.outcome === 'denied') throw new DeniedError('owner', access);
      const { values, validUntil, redirect, event } = access;
      return { values, validUntil, redirect, event };
    }),
});
