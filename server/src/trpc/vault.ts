// The vault's lock, over tRPC.

import { passkeyOrigin, passkeyProof } from '@keytrail/shared/passkey';
import { z } from 'zod';
import { startUnlock, verifyPasskey } from '../auth/passkeys.ts';
import { lockVault, readLockStatus, unlockVault } from '../vault/lock.ts';
import { ownerProcedure, router } from './init.ts';

export const vaultRouter = router({
  status: ownerProcedure.query(({ ctx: { ctx, owner } }) => readLockStatus(ctx, owner)),

  lock: ownerProcedure.meta({ whileLocked: true }).mutation(({ ctx: { ctx, owner } }) => lockVault(ctx, owner)),

  unlock: ownerProcedure
    .meta({ whileLocked: true })
    .input(z.strictObject({ password: z.string().min(1).max(200) }))
    .mutation(async ({ ctx: { ctx, owner, verifyPassword }, input }) => {
      await verifyPassword(owner, input.password);
      return unlockVault(ctx, owner);
    }),

  startPasskey: ownerProcedure
    .meta({ whileLocked: true })
    .input(z.strictObject({ origin: passkeyOrigin }))
    .mutation(({ ctx: { ctx, owner }, input }) => startUnlock(ctx, owner, input)),

  unlockWithPasskey: ownerProcedure
    .meta({ whileLocked: true })
    .input(passkeyProof)
    .mutation(async ({ ctx: { ctx, owner }, input }) => {
      await verifyPasskey(ctx, owner, input);
      return unlockVault(ctx, owner);
    }),
});
