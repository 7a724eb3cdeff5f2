// Requests for grants over tRPC, for the owner.

import { accessAnswer } from '@keytrail/shared/access-request-schema';
import { z } from 'zod';
import { answerAccessRequest, listGrantChoices } from '../agents/access-request-answers.ts';
import { ownerProcedure, router } from './init.ts';

export const accessRequestsRouter = router({
  /** The credentials that a request may be answered with. */
  choices: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx: { ctx, owner }, input }) => listGrantChoices(ctx, owner, input)),

  answer: ownerProcedure
    .input(accessAnswer)
    .mutation(({ ctx: { ctx, owner }, input }) => answerAccessRequest(ctx, owner, input)),
});
