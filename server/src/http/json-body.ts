// The body of a request as JSON, up to a size; what is wrong with it is one of our errors.

import { AppError } from '@keytrail/shared/errors';
import express, { type Request, type Response } from 'express';
import { hasPlainJson, takeArrived } from './arrived-body.ts';

/** What is larger is not here at once. */
const arrivedBytesMax = 64 * 1024;

/** Reads a body of at most `kibMax` KiB into `request.body`, which stays undefined unless it is sent as JSON. */
export function createJsonReader(kibMax: number): (request: Request, response: Response) => Promise<void> {
  const read = express.json({ limit: kibMax * 1024 });
  return async (request, response) => {
    const arrived = hasPlainJson(request, Math.min(arrivedBytesMax, kibMax * 1024)) ? await takeArrived(request) : null;
    if (arrived !== null) {
      request.body = parse(arrived, kibMax);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      read(request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(toBodyError(error, kibMax)),
      );
    });
  };
}

/** As Express does: nothing but objects and arrays. */
function parse(text: string, kibMax: number): unknown {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body;
    throw new SyntaxError('neither an object nor an array');
  } catch (cause) {
    throw toBodyError(cause, kibMax);
  }
}

function toBodyError(cause: unknown, kibMax: number): AppError {
  if (cause instanceof Error && 'status' in cause && cause.status === 413) {
    const size = kibMax < 1024 ? `${kibMax} KiB` : `${kibMax / 1024} MiB`;
    return new AppError('payload_too_large', {
      message: `request body larger than ${size}`,
      public: `The request body is larger than ${size}.`,
    });
  }
  return new AppError('invalid_input', {
    message: 'unreadable request body',
    public: 'The request body is not valid JSON.',
    cause,
  });
}
