// What is kept of a client's messages until they may go out. A call may wait for minutes for its owner, and its body as bytes
// takes a small part of the memory that it takes as values. Pure.

import { AppError } from '@keytrail/shared/errors';
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

/** @param body the messages as they came: one, or a list. */
export function toPosted(messages: readonly Message[], body: unknown): Posted {
  return {
    ids: listIds(messages),
    calls: findCalls(messages),
    cancelled: findCancelled(messages),
    progressTokens: toProgressTokens(messages),
    isListening: messages.some(({ method }) => method === 'subscriptions/listen'),
    body: toBytes(body),
  };
}

/** Throws for what is nested deeper than it can be written again, though it was read: before it counts as a use. */
export function toBytes(body: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(body));
  } catch (cause) {
    const sentence = 'The body is nested too deeply to be passed on.';
    throw new AppError('invalid_input', { message: 'body nested too deeply', public: sentence, cause });
  }
}
