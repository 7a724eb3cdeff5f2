// tRPC on Express.

import { AppError } from '@keytrail/shared/errors';
import type { TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { Request, RequestHandler, Response } from 'express';
import type { Auth } from '../auth/accounts.ts';
import { verifyOwnPassword } from '../auth/password-check.ts';
import { findAgentCaller, findPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { verifyOwner } from '../trpc/callers.ts';
import { toErrorHeaders } from '../trpc/errors.ts';
import type { TrpcContext } from '../trpc/init.ts';
import { appRouter } from '../trpc/root.ts';

const bodyBytesMax = 1024 * 1024;

/** What every way into the router shares: the context of a call, and what becomes of errors that are ours. */
export interface TrpcFace {
  createContext(request: Request, response: Response): TrpcContext;
  onError(failed: { error: TRPCError; path?: string | undefined }): void;
}

export function createTrpcFace(ctx: Context, auth: Auth): TrpcFace {
  return {
    createContext: (request, response) => {
      const { authorization } = request.headers;
      const find = () => findPrincipal(ctx, auth, authorization, toRequester(request));
      return {
        ctx,
        findPrincipal: find,
        findAgentCaller: () => findAgentCaller(authorization, toRequester(request)),
        verifySession: async () => verifyOwner(await find()),
        verifyPassword: (owner, password) =>
          verifyOwnPassword(ctx, auth, owner, request.headers.authorization ?? '', password),
        cut: () => {
          response.destroy();
        },
      };
    },
    onError: ({ error, path }) => {
      if (error.cause instanceof AppError && error.cause.code === 'server_stopping') return;
      if (error.code === 'INTERNAL_SERVER_ERROR' || error.code === 'SERVICE_UNAVAILABLE') {
        ctx.log.error({ error: error.cause ?? error, path }, 'call failed');
      }
    },
  };
}

export function createTrpcRoutes(ctx: Context, face: TrpcFace): RequestHandler {
  return createExpressMiddleware({
    router: appRouter,
    maxBodySize: bodyBytesMax,
    // One call a request: a batch would share one answer's status among calls that fare differently.
    allowBatching: false,
    // The extension asks by POST. No cookie speaks for anybody here, so nothing follows from a form on a page of others.
    allowMethodOverride: true,
    createContext: ({ req, res }) => face.createContext(req, res),
    responseMeta: ({ errors }) => ({ headers: toErrorHeaders(errors, ctx.nowMs()) }),
    onError: face.onError,
  });
}
