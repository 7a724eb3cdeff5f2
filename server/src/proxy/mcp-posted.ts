// What is kept of a client's messages until they may go out. A call may wait for minutes for its owner, and its body as bytes
// takes a small part of the memory that it takes as values. Pure.

import { AppError } from '@keytrail/shared/errors';
import { parse, stringify } from 'lossless-json';
import {
  findCalls,
  findCancelled,
  type JsonRpcId,
  listIds,
  type McpCall,
  type Message,
  type ProgressToken,
  toProgressTokens,
} from './mcp-messages.ts';

export interface Posted {
  /** Of all that waits for an answer. */
  readonly ids: readonly JsonRpcId[];
  readonly calls: readonly McpCall[];
  readonly cancelled: readonly (string | number)[];
  readonly progressTokens: readonly ProgressToken[];
  /** The streams of the era of 2026-07-28: a request that is never answered. */
  readonly isListening: boolean;
  readonly body: Buffer;
}

/** @param body the messages as they go out: one, or a list. */
export function toPosted(messages: readonly Message[], body: Buffer): Posted {
  return {
    ids: listIds(messages),
    calls: findCalls(messages),
    cancelled: findCancelled(messages),
    progressTokens: toProgressTokens(messages),
    isListening: messages.some(({ method }) => method === 'subscriptions/listen'),
    body,
  };
}

/** What may be a number that would be written as another: too long, with a fraction or an exponent, or a zero below zero. */
const delicate = /\d{16}|\d[.eE]|-0/;

/**
 * A body written anew, so that every reader of it finds the one message that was looked at, and numbers as they came. Throws for
 * what is nested deeper than it can be written again, though it was read, and where numbers are delicate for a member that
 * comes twice: before it counts as a use.
 * @param text what the body was read from.
 */
export function toBytes(body: unknown, text: string): Buffer {
  try {
    return Buffer.from((delicate.test(text) ? stringify(parse(text)) : JSON.stringify(body)) ?? '');
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      const sentence = 'The body says something twice.';
      throw new AppError('invalid_input', { message: 'a member that comes twice', public: sentence, cause });
    }
    const sentence = 'The body is nested too deeply to be passed on.';
    throw new AppError('invalid_input', { message: 'body nested too deeply', public: sentence, cause });
  }
}
