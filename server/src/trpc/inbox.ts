// What waits for the owner, over tRPC: as it is, and as it changes.

import { AppError } from '@keytrail/shared/errors';
import { dropSlowReader } from '../audit/slow-reader.ts';
import { watchSession } from '../auth/session-watch.ts';
import { readInbox, streamInbox } from '../vault/inbox.ts';
import { toTrpcError } from './errors.ts';
import { ownerProcedure, router } from './init.ts';

export const inboxRouter = router({
  get: ownerProcedure.query(({ ctx: { ctx, owner } }) => readInbox(ctx, owner.accountId)),

  live: ownerProcedure.subscription(async function* ({ ctx: { ctx, owner, verifySession, cut }, signal }) {
    const stop = AbortSignal.any([ctx.stopping, ...(signal === undefined ? [] : [signal])]);
    try {
      yield* dropSlowReader(streamInbox(ctx, owner.accountId, stop, watchSession(ctx, verifySession)), cut);
      // An end in order would tell the client that there is nothing more to come, and it would not come back.
      if (ctx.stopping.aborted) throw new AppError('server_stopping', { message: 'stopping under an inbox' });
    } catch (error) {
      throw toTrpcError(error);
    }
  }),
});
