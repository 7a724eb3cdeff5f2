// Saved views of the audit log over tRPC.

import { line } from '@keytrail/shared/text';
import { z } from 'zod';
import { listViews, removeView, saveView } from '../audit/saved-views.ts';
import { ownerProcedure, router } from './init.ts';

export const viewsRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listViews(ctx, owner)),

  save: ownerProcedure
    .input(
      z.strictObject({
        name: line(60),
        search: z
          .string()
          .regex(/^(\?[\x21-\x7e]+)?$/)
          .max(4000),
      }),
    )
    .mutation(({ ctx: { ctx, owner }, input }) => saveView(ctx, owner, input)),

  remove: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => removeView(ctx, owner, input.id)),
});
