// Policies over tRPC, for the owner.

import { policyModes } from '@keytrail/shared/policy';
import { policyInput, policyTarget } from '@keytrail/shared/policy-schema';
import { prose } from '@keytrail/shared/text';
import { z } from 'zod';
import { attachPolicy, detachPolicy } from '../agents/attachments.ts';
import { createPolicy, listPolicies, removePolicy, setPolicyMode, updatePolicy } from '../agents/policies.ts';
import { ownerProcedure, router } from './init.ts';

const id = z.uuid();
const attachment = z.strictObject({ id, targets: z.array(policyTarget).min(1).max(100) });

// Nothing by default: what an edit leaves out would be switched back by it.
const edit = policyInput.extend({
  id,
  version: z.int().positive(),
  description: prose(500),
  mode: z.enum(policyModes),
});

export const policiesRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listPolicies(ctx, owner)),
  create: ownerProcedure
    .input(policyInput)
    .mutation(({ ctx: { ctx, owner }, input }) => createPolicy(ctx, owner, input)),
  update: ownerProcedure.input(edit).mutation(({ ctx: { ctx, owner }, input }) => updatePolicy(ctx, owner, input)),
  setMode: ownerProcedure
    .input(z.strictObject({ id, mode: z.enum(policyModes) }))
    .mutation(({ ctx: { ctx, owner }, input }) => setPolicyMode(ctx, owner, input)),
  remove: ownerProcedure
    .input(z.strictObject({ id }))
    .mutation(({ ctx: { ctx, owner }, input }) => removePolicy(ctx, owner, input)),
  attach: ownerProcedure
    .input(attachment)
    .mutation(({ ctx: { ctx, owner }, input }) => attachPolicy(ctx, owner, input)),
  detach: ownerProcedure
    .input(attachment)
    .mutation(({ ctx: { ctx, owner }, input }) => detachPolicy(ctx, owner, input)),
});
