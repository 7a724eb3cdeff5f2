// An answer to an MCP client that is begun as a stream of events before there is anything to answer, while the owner is
// asked. What comes of it then becomes events of that stream, whatever form it would have had.

import type { ServerResponse } from 'node:http';
import { AppError } from '@keytrail/shared/errors';
import type { AnswerHead, AnswerHeaders, Framing } from './forward.ts';

const begun = new WeakSet<ServerResponse>();

/** Says nothing yet but that an answer will come. */
export function beginAnswer(response: ServerResponse): void {
  begun.add(response);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
}

export function isBegun(response: ServerResponse): boolean {
  return begun.has(response) && !response.writableEnded;
}

/** One JSON-RPC message. */
export function toEvent(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

/** What an upstream answers, as a part of the stream. Throws where it is none of an MCP server's answers to a request. */
export function toContinued(status: number, headers: AnswerHeaders): AnswerHead {
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (status === 200 && type === 'text/event-stream') return { status, headers, framing: asItIs };
  if (status === 200 && type === 'application/json') return { status, headers, framing: asOneEvent };
  const session = status === 404 ? ' If it has ended the session, begin a new one.' : '';
  throw new AppError('upstream_failed', {
    message: `upstream answered ${status} within a stream`,
    public: `The upstream answered with HTTP ${status}.${session}`,
  });
}

const asItIs: Framing = { before: '', toPart: (bytes) => bytes, after: '' };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** JSON breaks lines between its parts only, where a space does as well; in an event a line ends the data. */
const asOneEvent: Framing = {
  before: 'event: message\ndata: ',
  toPart: (bytes) => bytes.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)),
  after: '\n\n',
};
