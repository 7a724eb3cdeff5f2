// What an MCP client hears while the owner is asked about its call. After a moment the answer is begun as a stream of
// events, so that nothing on the way takes the silence for an end; who asked for progress is told of it.

import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { giveUpCalls } from '../agents/approval-given-up.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { beginAnswer, isBegun, toEvent } from '../proxy/begun-answer.ts';
import type { JsonRpcId, ProgressToken } from '../proxy/mcp-messages.ts';
import type { Posted } from '../proxy/mcp-posted.ts';
import type { Patience } from '../vault/asking.ts';
import { toPatience } from './patience.ts';

/** Who answers within it is answered in whatever form the upstream has. */
const silentMs = 2000;
const betweenMs = 5000;
/** Clients that hear of no progress give a call up after a minute; they are told to call again before. */
const unheardMsMax = 45_000;

export interface Hold {
  readonly patience: Patience;
  /** Before anything else is written. */
  readonly end: () => void;
}

/** For messages that wait for an answer; nothing is written before the owner is asked. */
export function createHold(
  ctx: Context,
  by: ProxyPrincipal,
  request: Request,
  response: Response,
  { progressTokens: tokens, calls }: Pick<Posted, 'progressTokens' | 'calls'>,
): Hold {
  const given = toPatience(request, tokens.length === 0 ? unheardMsMax : undefined);
  const endsMs = ctx.nowMs() + given.waitMs;
  let timer: NodeJS.Timeout | undefined;
  let ownerEndsMs = 0;
  const tell = () => {
    if (response.destroyed) return;
    if (!isBegun(response)) beginAnswer(response);
    // For who does not read, no news pile up here.
    if (!response.writableNeedDrain) response.write(toNews(tokens, ctx.nowMs(), { endsMs, ownerEndsMs }));
    timer = setTimeout(tell, betweenMs);
  };
  const begin = ({ expiresAt }: { readonly expiresAt: Date }) => {
    ownerEndsMs = expiresAt.getTime();
    if (takesEvents(request)) timer ??= setTimeout(tell, silentMs);
  };
  const callIds = calls.map(({ id }) => toCallId(by, request, id));
  return { patience: { ...given, onWait: begin, callIds }, end: () => clearTimeout(timer) };
}

/** Clients of the session era take a call back by a message of its own, over whichever node it comes. */
export async function giveUpCancelled(
  ctx: Context,
  by: ProxyPrincipal,
  request: Request,
  { cancelled }: Pick<Posted, 'cancelled'>,
): Promise<void> {
  if (cancelled.length === 0) return;
  const calls = cancelled.map((id) => toCallId(by, request, id));
  await giveUpCalls(ctx, by, calls);
}

/** Where there are no sessions, ids are told apart by who else could have given the same. */
function toCallId({ keyId, requester }: ProxyPrincipal, { headers }: Request, id: JsonRpcId): string {
  const { clientIp = null, userAgent = null } = requester;
  const whole = [keyId, headers['mcp-session-id'] ?? null, clientIp, userAgent, id];
  return createHash('sha256').update(JSON.stringify(whole)).digest('base64url');
}

function takesEvents({ headers }: Request): boolean {
  return /\btext\/event-stream\b/i.test(headers.accept ?? '');
}

/** Progress counts up to zero: it must rise, and what the upstream counts later begins there or above. */
function toNews(
  tokens: readonly ProgressToken[],
  nowMs: number,
  { endsMs, ownerEndsMs }: { endsMs: number; ownerEndsMs: number },
): string {
  if (tokens.length === 0) return ': waits for the owner\n\n';
  const leftSeconds = Math.max(0, Math.round((ownerEndsMs - nowMs) / 1000));
  const message = `Waiting for the owner’s approval: ${leftSeconds} s left`;
  const progress = Math.min(0, nowMs - endsMs) / 1000;
  return tokens
    .map((progressToken) => ({ progressToken, progress, message }))
    .map((params) => toEvent({ jsonrpc: '2.0', method: 'notifications/progress', params }))
    .join('');
}
