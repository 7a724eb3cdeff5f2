// The body of a request as JSON, up to a size; what is wrong with it is one of our errors.

import type { IncomingMessage } from 'node:http';
import { AppError } from '@keytrail/shared/errors';
import express, { type Request, type Response } from 'express';
import { hasPlainJson, takeArrived } from './arrived-body.ts';

/** What is larger is not here at once. */
const arrivedBytesMax = 64 * 1024;

/** As what has arrived is read: without the mark that some put before UTF-8. */
const decoder = new TextDecoder();

/** What was read of requests as text, for who passes a body on: values lose what no number of JavaScript holds. */
const texts = new WeakMap<Request, string>();

/** The text of a body that was read as JSON, where that is kept. */
export function getText(request: Request): string {
  return texts.get(request) ?? '';
}

/** Lets go of it. */
export function dropText(request: Request): void {
  texts.delete(request);
}

/** Reads a body of at most `kibMax` KiB into `request.body`, which stays undefined unless it is sent as JSON. */
export function createJsonReader(
  kibMax: number,
  { keepsText = false } = {},
): (request: Request, response: Response) => Promise<void> {
  const keep = (request: IncomingMessage, text: string) => {
    // What Express reads is its own request.
    if (keepsText) texts.set(request as Request, text);
  };
  const read = express.json({
    limit: kibMax * 1024,
    verify: (request, _, bytes) => keep(request, decoder.decode(bytes)),
  });
  return async (request, response) => {
    verifyUtf8(request);
    const arrived = hasPlainJson(request, Math.min(arrivedBytesMax, kibMax * 1024)) ? await takeArrived(request) : null;
    if (arrived !== null) {
      keep(request, arrived);
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

const charsets = /;\s*charset\s*=\s*"?([^\s";]*)/gi;

/** As RFC 8259 §8.1 has it: what is read in another way by whoever gets it next may be another message there. */
function verifyUtf8({ headers }: Request): void {
  const named = [...(headers['content-type'] ?? '').matchAll(charsets)].map(([, charset = '']) =>
    charset.toLowerCase(),
  );
  if (named.every((charset) => charset === 'utf-8' || charset === 'utf8')) return;
  throw new AppError('invalid_input', {
    message: 'a body in another charset',
    public: 'Send the request body as JSON in UTF-8: Content-Type: application/json.',
  });
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
