// How long a call is held while its owner is asked, and when nobody waits for it any more.

import type { Socket } from 'node:net';
import type { Request } from 'express';
import type { Patience } from '../vault/asking.ts';

/**
 * Within what servers and clients give a request by themselves: Node's `requestTimeout`, which runs while a body is not
 * read, and undici's `headersTimeout` are five minutes.
 */
const heldMsMax = 240_000;

/**
 * A caller that wants an answer sooner, or would wait longer, says so: `Prefer: wait=20` (RFC 7240 §4.3).
 * @param usualMs for callers that do not say.
 */
export function toPatience(
  { headers, socket }: Pick<Request, 'headers' | 'socket'>,
  usualMs = heldMsMax,
): Patience & { readonly waitMs: number } {
  const [, seconds] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])/i.exec([headers.prefer].flat().join()) ?? [];
  const wantedMs = seconds === undefined ? usualMs : Number(seconds) * 1000;
  return { waitMs: Math.min(heldMsMax, wantedMs), signal: toGone(socket) };
}

const gone = new WeakMap<Socket, AbortSignal>();

/**
 * Aborts when the connection has ended, be it before anybody asked. By the connection and not the answer: one that is pipelined
 * behind another is not told.
 */
export function toGone(socket: Socket): AbortSignal {
  const known = gone.get(socket);
  if (known !== undefined) return known;
  const left = new AbortController();
  socket.once('close', () => left.abort());
  if (socket.destroyed) left.abort();
  gone.set(socket, left.signal);
  return left.signal;
}
