// What an MCP client posted, out of the body that was read: refused where it is no JSON-RPC, and taken out of its request.

import { AppError } from '@keytrail/shared/errors';
import type { Request } from 'express';
import { hasHiddenCall, type Message, toMessages } from '../proxy/mcp-messages.ts';
import { type Posted, toBytes, toPosted } from '../proxy/mcp-posted.ts';
import { dropText, getText } from './json-body.ts';

/** Each call is an event before the first goes out. */
const batchMax = 100;

/** The request keeps nothing of it: whoever waits holds the bytes alone. Throws as `getMessages` does. */
export function takePosted(request: Request): Posted {
  const posted = toPosted(getMessages(request.body), toBytes(request.body, getText(request)));
  request.body = undefined;
  dropText(request);
  return posted;
}

/** Throws for what is no JSON-RPC, hides a call or holds too many. */
export function getMessages(body: unknown): Message[] {
  const messages = toMessages(body);
  if (messages === null || hasHiddenCall(messages)) {
    throw new AppError('invalid_input', {
      message: 'no JSON-RPC',
      public:
        'The body must be JSON-RPC with its members in lower case; a call must have an id and name what it calls.',
    });
  }
  if (messages.length > batchMax) {
    throw new AppError('invalid_input', {
      message: `batch of ${messages.length}`,
      public: `A batch holds at most ${batchMax} messages. Send it in parts; nothing of it was carried out.`,
    });
  }
  return messages;
}
