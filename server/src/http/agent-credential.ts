// The call that agents make most, as tRPC would answer it, without what tRPC puts around every call: a web request, a web
// response, their streams and a chain of middleware cost more than the call itself. What is unusual goes on to the adapter.

import { getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { credentialInput, fetchCredential } from '../trpc/agent.ts';
import { getAgentCaller } from '../trpc/callers.ts';
import { toErrorHeaders, toTrpcError } from '../trpc/errors.ts';
import { appRouter } from '../trpc/root.ts';
import { hasPlainJson, takeArrived } from './arrived-body.ts';
import { toGone } from './patience.ts';
import type { TrpcFace } from './trpc.ts';

const path = 'agent.credential';
const bodyBytesMax = 16 * 1024;

/** Mount it at the call's own path, before the adapter. */
export function createAgentCredentialRoute(face: TrpcFace): RequestHandler {
  return async (request, response, next) => {
    if (!isPlainCall(request)) return next();
    const body = await readBody(request);
    if (body === null) return;
    const call = face.createContext(request, response);
    let input: unknown;
    try {
      const caller = await getAgentCaller(call);
      input = parse(body);
      const data = await fetchCredential(call.ctx, caller, credentialInput.parse(input), toGone(request.socket));
      redirect(response, data);
      send(response, { result: { data } });
    } catch (cause) {
      const error = toCallError(cause);
      face.onError({ error, path });
      const shape = getTRPCErrorShape({
        config: appRouter._def._config,
        type: 'mutation',
        path,
        ctx: call,
        error,
        input,
      });
      response.status(shape.data.httpStatus).set(toErrorHeaders([error], call.ctx.nowMs()));
      send(response, { error: shape });
    }
  };
}

/** As the adapter would have it. */
function toCallError(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause;
  return cause instanceof z.ZodError ? new TRPCError({ code: 'BAD_REQUEST', cause }) : toTrpcError(cause);
}

/**
 * To the owner's webhook, where that holds the secret: whoever follows redirects gets from it what they would have got from here.
 * Others find the same in the body.
 */
function redirect(response: Response, data: Awaited<ReturnType<typeof fetchCredential>>): void {
  if (data.redirect === undefined) return;
  const { url, ticket } = data.redirect;
  response.status(307).set('location', `${url}?${new URLSearchParams({ ticket })}`);
}

/** One call of ordinary size, as JSON. */
function isPlainCall(request: Request): boolean {
  return (
    !request.url.includes('?') && hasPlainJson(request, bodyBytesMax) && request.headers['trpc-accept'] === undefined
  );
}

/** Null where the caller hung up in the middle of it. */
async function readBody(request: Request): Promise<string | null> {
  const arrived = await takeArrived(request);
  if (arrived !== null) return arrived;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(new TextDecoder().decode(Buffer.concat(chunks))));
    for (const broken of ['error', 'close']) request.once(broken, () => resolve(null));
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'not JSON', cause });
  }
}

function send(response: Response, answer: object): void {
  response.setHeader('content-type', 'application/json').setHeader('vary', 'trpc-accept, accept');
  response.end(JSON.stringify(answer));
}
