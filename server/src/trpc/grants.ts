// Grants over tRPC, for the owner.

import { grantInput } from '@keytrail/shared/agent';
import { z } from 'zod';
import { createGrant, listGrants, revokeGrant } from '../agents/grants.ts';
import { ownerProcedure, router } from './init.ts';

export const grantsRouter = router({
  list: ownerProcedure
    .input(z.strictObject({ agentId: z.uuid().optional(), credentialId: z.uuid().optional() }))
    .query(({ ctx: { ctx, owner }, input }) => listGrants(ctx, owner, input)),
  create: ownerProcedure.input(grantInput).mutation(({ ctx: { ctx, owner }, input }) => createGrant(ctx, owner, input)),
  revoke: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => revokeGrant(ctx, owner, input)),
});
