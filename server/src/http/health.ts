// Whether this server can serve, for load balancers and for a client that checks an address.

import type { RequestHandler } from 'express';
import type { Context } from '../base/context.ts';
import { serverVersion } from '../base/server-version.ts';

/** Answers 200 when the database runs a function, else 503. A plain SELECT can pass on a server that is half gone. */
export function createHealthRoute(ctx: Context): RequestHandler {
  return async (_request, response) => {
    const healthy = await ctx.db.raw`do $$ begin perform 1; end $$`.then(
      () => true,
      () => false,
    );
    response
      .status(healthy ? 200 : 503)
      .json({ name: 'keytrail', version: serverVersion, status: healthy ? 'ok' : 'degraded' });
  };
}
