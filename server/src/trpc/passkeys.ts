// Passkeys over tRPC. Making one takes the password: a session that was stolen must not make a way in that outlives it.

import { passkeyOrigin, passkeyRegistration } from '@keytrail/shared/passkey';
import { z } from 'zod';
import { addPasskey, listPasskeys, removePasskey, startPasskey } from '../auth/passkeys.ts';
import { ownerProcedure, router } from './init.ts';

export const passkeysRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listPasskeys(ctx, owner)),
  start: ownerProcedure
    .input(z.strictObject({ origin: passkeyOrigin, password: z.string().min(1).max(200) }))
    .mutation(async ({ ctx: { ctx, owner, verifyPassword }, input }) => {
      await verifyPassword(owner, input.password);
      return startPasskey(ctx, owner, input);
    }),
  // Takes the challenge that was given for the password.
  add: ownerProcedure
    .input(passkeyRegistration)
    .mutation(({ ctx: { ctx, owner }, input }) => addPasskey(ctx, owner, input)),
  remove: ownerProcedure
    .input(z.strictObject({ id: z.string().max(2000) }))
    .mutation(({ ctx: { ctx, owner }, input }) => removePasskey(ctx, owner, input)),
});
