// The log over tRPC: pages for people, runs for caches, and the live stream.

import { AppError } from '@keytrail/shared/errors';
import { eventFilter } from '@keytrail/shared/event-schema';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { countOverTime } from '../audit/chart.ts';
import { countFacets } from '../audit/facets.ts';
import { findEvent, listEvents, listEventsFrom, listRelated } from '../audit/query.ts';
import { dropSlowReader } from '../audit/slow-reader.ts';
import { readNextSeq, streamEvents } from '../audit/stream.ts';
import { watchSession } from '../auth/session-watch.ts';
import { toTrpcError } from './errors.ts';
import { ownerProcedure, router } from './init.ts';

const recordedAt = z.iso.datetime({ precision: 6 });

export const auditRouter = router({
  list: ownerProcedure
    .input(
      z.strictObject({
        filter: eventFilter.default({}),
        before: recordedAt.optional(),
        after: recordedAt.optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx: { ctx, owner }, input }) => listEvents(ctx.db, owner.accountId, input)),

  get: ownerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx: { ctx, owner }, input }) => findEvent(ctx.db, owner.accountId, input.id)),

  related: ownerProcedure
    .input(z.strictObject({ correlationId: z.uuid() }))
    .query(({ ctx: { ctx, owner }, input }) => listRelated(ctx.db, owner.accountId, input.correlationId)),

  facets: ownerProcedure
    .input(z.strictObject({ filter: eventFilter.default({}) }))
    .query(({ ctx: { ctx, owner }, input }) => countFacets(ctx, owner.accountId, input.filter)),

  chart: ownerProcedure
    .input(
      z.strictObject({
        filter: eventFilter.default({}),
        zone: z.string().refine(isTimeZone, 'must be an IANA time zone, such as Europe/London'),
        bucket: z.enum(['hour', 'day']),
      }),
    )
    .query(({ ctx: { ctx, owner }, input }) => countOverTime(ctx, owner.accountId, input)),

  since: ownerProcedure
    .input(
      z.strictObject({
        from: z.int().nonnegative(),
        newest: z.int().positive().max(100_000).optional(),
        limit: z.int().min(1).max(1000).default(500),
      }),
    )
    .query(({ ctx: { ctx, owner }, input }) => listEventsFrom(ctx.db, owner.accountId, input)),

  live: ownerProcedure
    .input(
      z
        .strictObject({
          lastEventId: z
            .string()
            .regex(/^\d{1,15}$/)
            .nullish(),
        })
        .default({}),
    )
    .subscription(async function* ({ ctx: { ctx, owner, verifySession, cut }, input, signal }) {
      const stop = AbortSignal.any([ctx.stopping, ...(signal === undefined ? [] : [signal])]);
      const from = input.lastEventId == null ? await readNextSeq(ctx, owner.accountId) : Number(input.lastEventId) + 1;
      try {
        const events = streamEvents(ctx, owner.accountId, from, stop, watchSession(ctx, verifySession));
        for await (const event of dropSlowReader(events, cut)) {
          yield tracked(String(event.seq), event);
        }
        // An end in order would tell the client that there is nothing more to come, and it would not come back.
        if (ctx.stopping.aborted) throw new AppError('server_stopping', { message: 'stopping under a stream' });
      } catch (error) {
        throw toTrpcError(error);
      }
    }),
});

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
}
