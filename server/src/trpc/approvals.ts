// Requests for the owner's word, over tRPC.

import { approvalAnswers } from '@keytrail/shared/approval';
import { line } from '@keytrail/shared/text';
import { z } from 'zod';
import { answerApproval } from '../agents/approval-answers.ts';
import { listApprovals } from '../agents/approval-store.ts';
import { ownerProcedure, router } from './init.ts';

export const approvalsRouter = router({
  list: ownerProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(200).default(50) }).default({ limit: 50 }))
    .query(({ ctx: { ctx, owner }, input }) => listApprovals(ctx, owner, input)),

  answer: ownerProcedure
    .input(z.strictObject({ id: z.uuid(), answer: z.enum(approvalAnswers), note: line(300).optional() }))
    .mutation(({ ctx: { ctx, owner }, input }) => answerApproval(ctx, owner, input)),
});
