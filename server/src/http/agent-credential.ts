// The call that agents make most, as tRPC would answer it, without what tRPC's adapter puts around every call: a web
// request, a web response and their streams cost more than the call itself. What is unusual goes on to the adapter.

import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { toErrorHeaders } from '../trpc/init.ts';
import { appRouter } from '../trpc/root.ts';
import type { TrpcFace } from './trpc.ts';

const path = 'agent.credential';
const bodyBytesMax = 16 * 1024;

/** Mount it at the call's own path, before the adapter. */
export function createAgentCredentialRoute(face: TrpcFace): RequestHandler {
  return async (request, response, next) => {
    if (!isPlainCall(request)) return next();
    const body = await readBody(request);
    if (body === null) return;
    const ctx = face.createContext(request, response);
    const call = { path, type: 'mutation', ctx } as const;
    let input: unknown;
    try {
      input = parse(body);
      const signal = toSignal(response);
      const getRawInput = async () => input;
      const data: unknown = await callTRPCProcedure({ ...call, router: appRouter, getRawInput, signal, batchIndex: 0 });
      redirect(response, data);
      send(response, { result: { data } });
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      face.onError({ error, path });
      const shape = getTRPCErrorShape({ ...call, config: appRouter._def._config, error, input });
      response.status(shape.data.httpStatus).set(toErrorHeaders([error], ctx.ctx.nowMs()));
      send(response, { error: shape });
    }
  };
}

/**
 * To the owner's webhook, where that holds the secret: whoever follows redirects gets from it what they would have got from here.
 * Others find the same in the body.
 */
function redirect(response: Response, data: unknown): void {
  const isRedirect = typeof data === 'object' && data !== null && 'redirect' in data;
  const answer = isRedirect ? redirected.safeParse(data) : null;
  if (answer?.success !== true) return void response.status(200);
  const { url, ticket } = answer.data.redirect;
  response.status(307).set('location', `${url}?${new URLSearchParams({ ticket })}`);
}

const redirected = z.object({ redirect: z.object({ url: z.url(), ticket: z.string() }) });

/** One call of ordinary size, whole and as JSON. */
function isPlainCall({ headers, url }: Request): boolean {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return (
    !url.includes('?') &&
    length <= bodyBytesMax &&
    headers['content-type'] === 'application/json' &&
    headers['content-encoding'] === undefined &&
    headers['trpc-accept'] === undefined
  );
}

/** Null where the caller hung up in the middle of it. */
function readBody(request: Request): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    for (const broken of ['error', 'close']) request.once(broken, () => resolve(null));
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new TRPCError({ code: 'PARSE_ERROR', message: 'not JSON', cause });
  }
}

function send(response: Response, answer: object): void {
  response.set({ 'content-type': 'application/json', vary: 'trpc-accept, accept' }).end(JSON.stringify(answer));
}

/** Aborts when the caller hangs up before it is answered. */
function toSignal(response: Response): AbortSignal {
  const hungUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hungUp.abort();
  });
  return hungUp.signal;
}
