// tRPC on Express.

import { AppError } from '@keytrail/shared/errors';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { RequestHandler } from 'express';
import type { Auth } from '../auth/accounts.ts';
import { findAgentCaller, findPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { toErrorHeaders } from '../trpc/init.ts';
import { appRouter } from '../trpc/root.ts';

const bodyBytesMax = 1024 * 1024;

export function createTrpcRoutes(ctx: Context, auth: Auth): RequestHandler {
  return createExpressMiddleware({
    router: appRouter,
    maxBodySize: bodyBytesMax,
    // One call a request: a batch would share one answer's status among calls that fare differently.
    allowBatching: false,
    createContext: ({ req, res }) => {
      const find = () => findPrincipal(ctx, auth, req.headers.authorization, toRequester(req));
      return {
        ctx,
        findPrincipal: find,
        findAgentCaller: () => findAgentCaller(req.headers.authorization, toRequester(req)),
        verifySession: async () => (await find()) !== null,
        cut: () => {
          res.destroy();
        },
      };
    },
    responseMeta: ({ errors }) => ({ headers: toErrorHeaders(errors, ctx.nowMs()) }),
    onError: ({ error, path }) => {
      if (error.cause instanceof AppError && error.cause.code === 'server_stopping') return;
      if (error.code === 'INTERNAL_SERVER_ERROR' || error.code === 'SERVICE_UNAVAILABLE') {
        ctx.log.error({ error: error.cause ?? error, path }, 'call failed');
      }
    },
  });
}
