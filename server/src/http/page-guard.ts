// Against pages: those of others may not call what answers to keys, nor reach this server under a name of their own (DNS
// rebinding).

import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/express';
import type { RequestHandler } from 'express';
import type { Context } from '../base/context.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Refuses with 403 what was sent to another name than this server's, or from a page that is neither its own nor our extension's. */
export function createPageGuard(ctx: Context, baseUrl: string): RequestHandler[] {
  return [hostHeaderValidation(toHostNames(ctx, baseUrl)), originValidation(toOriginNames(ctx, baseUrl))];
}

/** The names under which this server may be addressed. Where it listens for others, only its public address tells. */
function toHostNames(ctx: Context, baseUrl: string): string[] {
  return [...loopback, new URL(baseUrl).hostname, ctx.config.host];
}

/** Pages of this server and our extension; programs send no Origin. */
function toOriginNames(ctx: Context, baseUrl: string): string[] {
  const extensions = ctx.config.extensionOrigins.map((origin) =>
    origin.endsWith('*') ? origin : new URL(origin).hostname,
  );
  return [...loopback, new URL(baseUrl).hostname, ...extensions];
}
