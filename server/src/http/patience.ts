// How long a call through a proxy is held while its owner is asked, and when nobody waits for it any more.

import type { Request, Response } from 'express';
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
  { headers }: Request,
  response: Response,
  usualMs = heldMsMax,
): Patience & { readonly waitMs: number } {
  const left = new AbortController();
  response.once('close', () => left.abort());
  // They may have left while it was looked up whose call it is.
  if (response.destroyed) left.abort();
  const [, seconds] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])/i.exec([headers.prefer].flat().join()) ?? [];
  const wantedMs = seconds === undefined ? usualMs : Number(seconds) * 1000;
  return { waitMs: Math.min(heldMsMax, wantedMs), signal: left.signal };
}
