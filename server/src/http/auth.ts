// better-auth's endpoints. No cookie goes in or out: the bearer token is the only session.

import { toNodeHandler } from 'better-auth/node';
import type { RequestHandler } from 'express';
import { type Auth, clientIpHeader } from '../auth/accounts.ts';
import { toCanonicalIp } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';

export function createAuthRoutes(ctx: Context, auth: Auth): RequestHandler {
  const handle = toNodeHandler(auth);
  return async (request, response) => {
    // better-auth checks origins only where cookies come along. Without them a page could still guess passwords
    // through its visitors' browsers.
    const { origin } = request.headers;
    if (origin !== undefined && !isTrustedOrigin(origin, auth.options.baseURL, ctx.config.extensionOrigins)) {
      response.status(403).json({ code: 'INVALID_ORIGIN', message: 'This origin may not sign in here.' });
      return;
    }
    delete request.headers.cookie;
    request.headers[clientIpHeader] = toCanonicalIp(request.ip) ?? '';
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => (name.toLowerCase() === 'set-cookie' ? response : setHeader(name, value));
    await handle(request, response);
  };
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
