// Alerts over tRPC: the list behind the bell, and what the owner does not want in it.

import { alertKinds } from '@keytrail/shared/alert';
import { z } from 'zod';
import { listMutes, setMute } from '../agents/alert-mutes.ts';
import { listAlerts, markSeen } from '../agents/alerts.ts';
import { ownerProcedure, router } from './init.ts';

export const alertsRouter = router({
  list: ownerProcedure
    .input(
      z
        .strictObject({ before: z.uuid().optional(), limit: z.int().min(1).max(100).default(50) })
        .default({ limit: 50 }),
    )
    .query(({ ctx: { ctx, owner }, input }) => listAlerts(ctx, owner.accountId, input)),

  markSeen: ownerProcedure
    .input(z.strictObject({ ids: z.array(z.uuid()).max(200).optional() }))
    .mutation(({ ctx: { ctx, owner }, input }) =>
      markSeen(ctx, owner, input.ids === undefined ? {} : { ids: input.ids }),
    ),

  mutes: ownerProcedure.query(({ ctx: { ctx, owner } }) => listMutes(ctx, owner)),

  setMute: ownerProcedure
    .input(
      z
        .strictObject({
          kind: z.enum(alertKinds),
          /** Of everybody where neither is given. */
          agentId: z.uuid().nullable().default(null),
          proxyId: z.uuid().nullable().default(null),
          muted: z.boolean(),
        })
        .refine(({ agentId, proxyId }) => agentId === null || proxyId === null, 'of an agent or of a proxy'),
    )
    .mutation(({ ctx: { ctx, owner }, input }) => setMute(ctx, owner, input)),
});
