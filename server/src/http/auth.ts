// better-auth's endpoints. No cookie goes in or out: the bearer token is the only session.

import { AppError, errorFaces } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { toNodeHandler } from 'better-auth/node';
import type { RequestHandler } from 'express';
import { type Auth, clientIpHeader } from '../auth/accounts.ts';
import { authRequests } from '../auth/auth-request.ts';
import { verifyTriesLeft } from '../auth/password-check.ts';
import { findPrincipal } from '../auth/principal.ts';
import { type Requester, toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';

const bodyBytesMax = 64 * 1024;

/** The endpoints that are open. Whatever else better-auth has now or will have is closed, rather than unrecorded. */
const openPaths = new Set([
  '/sign-up/email',
  '/sign-in/email',
  '/sign-out',
  '/list-sessions',
  '/revoke-session',
  '/revoke-sessions',
  '/revoke-other-sessions',
  '/change-password',
  '/update-user',
]);

export function createAuthRoutes(ctx: Context, auth: Auth): RequestHandler {
  const handle = toNodeHandler(auth);
  return async (request, response, next) => {
    if (!openPaths.has(request.path)) {
      next();
      return;
    }
    // better-auth checks origins only where cookies come along. Without them a page could still guess passwords
    // through its visitors' browsers.
    const { origin } = request.headers;
    if (origin !== undefined && !isTrustedOrigin(origin, auth.options.baseURL, ctx.config.extensionOrigins)) {
      response.status(403).json({ code: 'INVALID_ORIGIN', message: 'This origin may not sign in here.' });
      return;
    }
    // better-auth reads a body whole; the length is known before it is read, or it is not read.
    const length = Number(
      request.headers['content-length'] ?? (request.headers['transfer-encoding'] === undefined ? 0 : Number.NaN),
    );
    if (!(length <= bodyBytesMax)) {
      response.status(413).json({ code: 'BODY_TOO_LARGE', message: 'Send at most 64 KiB, with a Content-Length.' });
      return;
    }
    delete request.headers.cookie;
    const requester = toRequester(request);
    if (request.path === '/change-password') {
      const refusal = await findTryRefusal(ctx, auth, request.headers.authorization, requester);
      if (refusal !== null) {
        response.status(errorFaces[refusal.code].status).json({ code: 'TOO_MANY_TRIES', message: refusal.public });
        return;
      }
    }
    request.headers[clientIpHeader] = requester.clientIp ?? '';
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => (name.toLowerCase() === 'set-cookie' ? response : setHeader(name, value));
    const correlationId = mintUuid(ctx.nowMs(), ctx.randomBytes);
    await authRequests.run({ requester, path: request.path, correlationId }, () => handle(request, response));
  };
}

/**
 * better-auth counts by the address that asks. Whoever has stolen a session, and many addresses, must not be able to guess the
 * password here, either.
 */
async function findTryRefusal(
  ctx: Context,
  auth: Auth,
  authorization: string | undefined,
  requester: Requester,
): Promise<AppError | null> {
  const owner = await findPrincipal(ctx, auth, authorization, requester);
  if (owner?.kind !== 'owner') return null;
  try {
    await verifyTriesLeft(ctx, owner.accountId);
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_many_tries') return error;
    throw error;
  }
}

/** Firefox gives every installation an origin of its own, so `moz-extension://*` stands for them all. */
function isTrustedOrigin(origin: string, ownOrigin: string, extensionOrigins: readonly string[]): boolean {
  return (
    origin === new URL(ownOrigin).origin ||
    extensionOrigins.some((trusted) =>
      trusted.endsWith('*') ? origin.startsWith(trusted.slice(0, -1)) : origin === trusted,
    )
  );
}
