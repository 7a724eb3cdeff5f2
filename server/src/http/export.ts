// The export of the log as a file that is streamed: its length has no bound, its cost in memory has.
// Who gets an answer that ends early sees it: the connection breaks instead of ending, and a header says how many events
// there are.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, errorFaces } from '@keytrail/shared/errors';
import { eventFilter } from '@keytrail/shared/event-schema';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { type Export, startExport } from '../audit/export.ts';
import { type ExportFormat, exportFormats, toLines } from '../audit/export-format.ts';
import type { Auth } from '../auth/accounts.ts';
import { findPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import { watchSession } from '../auth/session-watch.ts';
import type { Context } from '../base/context.ts';
import { findCode } from '../base/db.ts';
import { verifyOwner } from '../trpc/callers.ts';
import { toAppError, toInputSentence } from '../trpc/errors.ts';
import { createJsonReader } from './json-body.ts';

/** How many events the answer holds when it is whole. */
const countHeader = 'x-keytrail-event-count';

const readJson = createJsonReader(64);
const exportInput = z.strictObject({
  filter: eventFilter.default({}),
  format: z.enum(['csv', 'jsonl']),
});

/** `POST /export` with `{ filter, format }` and an owner's session as bearer. */
export function createExportRoute(ctx: Context, auth: Auth): RequestHandler {
  return async (request, response) => {
    const findOwner = async () =>
      verifyOwner(await findPrincipal(ctx, auth, request.headers.authorization, toRequester(request)));
    try {
      const owner = await findOwner();
      const input = await readInput(request, response);
      const started = await startExport(ctx, owner, input, watchSession(ctx, findOwner));
      await send(ctx, response, input.format, started);
    } catch (error) {
      refuse(ctx, response, error);
    }
  };
}

async function readInput(request: Request, response: Response): Promise<z.output<typeof exportInput>> {
  await readJson(request, response);
  const parsed = exportInput.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const sentence = request.body === undefined ? 'Send the body as application/json.' : toInputSentence(parsed.error);
  throw new AppError('invalid_input', { message: 'malformed export request', public: sentence });
}

async function send(ctx: Context, response: Response, format: ExportFormat, { count, pages }: Export): Promise<void> {
  const { extension, mediaType } = exportFormats[format];
  const day = new Date(ctx.nowMs()).toISOString().slice(0, 10);
  response.set({
    'content-type': mediaType,
    'content-disposition': `attachment; filename="keytrail-audit-${day}.${extension}"`,
    [countHeader]: String(count),
  });
  response.flushHeaders();
  // Waits for whoever reads slowly, stops reading the log when nobody does, and breaks the answer off on any error.
  await pipeline(Readable.from(toLines(format, pages)), response, { signal: ctx.stopping });
}

/** Before the first byte a refusal in words; after it the answer is broken already, and only the log can be told. */
function refuse(ctx: Context, response: Response, cause: unknown): void {
  if (response.headersSent || response.destroyed) {
    const expected = ctx.stopping.aborted || findCode(cause) === 'ERR_STREAM_PREMATURE_CLOSE';
    ctx.log[expected ? 'info' : 'error']({ error: cause }, 'export ended early');
    return;
  }
  const error = toAppError(cause);
  if (errorFaces[error.code].status >= 500) ctx.log.error({ error }, 'export failed');
  response.status(errorFaces[error.code].status).json({ code: error.code, sentence: error.public });
}
