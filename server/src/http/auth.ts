// better-auth's endpoints. No cookie goes in or out: the bearer token is the only session.

import { toNodeHandler } from 'better-auth/node';
import type { RequestHandler } from 'express';
import { type Auth, clientIpHeader } from '../auth/accounts.ts';
import { toCanonicalIp } from '../auth/requester.ts';

export function createAuthRoutes(auth: Auth): RequestHandler {
  const handle = toNodeHandler(auth);
  return async (request, response) => {
    delete request.headers.cookie;
    request.headers[clientIpHeader] = toCanonicalIp(request.ip) ?? '';
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => (name.toLowerCase() === 'set-cookie' ? response : setHeader(name, value));
    await handle(request, response);
  };
}
