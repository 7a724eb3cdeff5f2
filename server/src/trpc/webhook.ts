// The owner's webhook over tRPC. Naming one takes the password: a session that was stolen must not have the vault moved to
// where it likes.

import { z } from 'zod';
import { withAccount } from '../base/db.ts';
import { bindWebhook, offerBinding, unbindWebhook } from '../vault/webhook-binding.ts';
import { checkWebhook } from '../vault/webhook-check.ts';
import { setMediation } from '../vault/webhook-mediation.ts';
import { getWebhookLink } from '../vault/webhook-rows.ts';
import { readWebhookState } from '../vault/webhook-state.ts';
import { switchVault } from '../vault/webhook-switch.ts';
import { ownerProcedure, router } from './init.ts';

const httpUrl = z.url({ protocol: /^https?$/ }).max(500);

export const webhookRouter = router({
  state: ownerProcedure.query(({ ctx: { ctx, owner } }) =>
    withAccount(ctx.db, owner.accountId, (tx) => readWebhookState(tx, ctx, owner.accountId)),
  ),
  offer: ownerProcedure
    .input(z.strictObject({ url: httpUrl, keytrailUrl: httpUrl, password: z.string().min(1).max(200) }))
    .mutation(async ({ ctx: { ctx, owner, verifyPassword }, input: { password, ...offer } }) => {
      await verifyPassword(owner, password);
      return offerBinding(ctx, owner, offer);
    }),
  // Takes the code that was given for the password.
  bind: ownerProcedure.mutation(({ ctx: { ctx, owner } }) => bindWebhook(ctx, owner)),
  unbind: ownerProcedure.mutation(({ ctx: { ctx, owner } }) => unbindWebhook(ctx, owner)),
  /** Begins to move every credential to where it belongs from now on. */
  switchMode: ownerProcedure
    .input(z.strictObject({ mode: z.enum(['platform', 'webhook']) }))
    .mutation(({ ctx: { ctx, owner }, input }) => switchVault(ctx, owner, input)),
  /** Whether refresh tokens that it holds may pass through here. */
  setMediation: ownerProcedure
    .input(z.strictObject({ mediated: z.boolean() }))
    .mutation(({ ctx: { ctx, owner }, input }) => setMediation(ctx, owner, input)),
  /** Calls it, once. Throws with what it did instead of answering. */
  check: ownerProcedure.mutation(async ({ ctx: { ctx, owner } }) => {
    await checkWebhook(ctx, await getWebhookLink(ctx, owner.accountId));
    return withAccount(ctx.db, owner.accountId, (tx) => readWebhookState(tx, ctx, owner.accountId));
  }),
});
