// A signed call to an owner's webhook: ten seconds, three attempts in all where the webhook broke or did not answer, and an
// answer that is believed only if it is signed, too. What came of it is noted with the webhook.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { findMessageFault, signMessage, webhookHeaders } from '@keytrail/shared/webhook-message';
import { toEndpointUrl, type WebhookEndpoint } from '@keytrail/shared/webhook-protocol';
import type { z } from 'zod';
import type { Context } from '../base/context.ts';
import type { UpstreamAnswer } from '../base/outbound.ts';
import { noteWebhook } from './webhook-health.ts';
import type { WebhookLink } from './webhook-rows.ts';

/**
 * What a webhook did instead of answering: nothing in time; nothing at all; it lies where calls may not go; it broke (5xx);
 * it refused (4xx); it answered something else, or unsigned.
 */
export const webhookFaults = ['timeout', 'unreachable', 'forbidden', 'broken', 'refused', 'unbelievable'] as const;
export type WebhookFault = (typeof webhookFaults)[number];

/** A call that came to nothing. Its public sentence says why. */
export class WebhookError extends AppError {
  readonly fault: WebhookFault;
  /** What a refusal named as its reason, such as `return_off`; null where it named none. */
  readonly reason: string | null;

  constructor(fault: WebhookFault, reason: string | null, sentence: string) {
    super('webhook_failed', { message: `webhook: ${fault} ${reason ?? ''}`, public: sentence });
    this.fault = fault;
    this.reason = reason;
  }
}

/** What a message says beside its type and request id, which what is sealed in it may be bound to. */
export type Message = object | ((requestId: string) => object);

export interface CallOptions {
  /** How often it is tried in all. What must not happen twice is tried once. */
  readonly attempts?: number;
  readonly timeoutMs?: number;
  /** It may ask others meanwhile, or wait for who did: that it breaks or keeps silent then does not say that it is away. */
  readonly asksOthers?: boolean;
  /** What must arrive goes out though this server stops. */
  readonly evenStopping?: boolean;
}

const timeoutMsMax = 10_000;
const waitsMs = [1_000, 3_000];
const answerBytesMax = 16 * 1024 * 1024;

/**
 * Calls an endpoint with a message; answers what the webhook said, as `answer` reads it. Each attempt is a message of its own: what the
 * webhook is asked for must bear being asked for twice, or carry an id of its own. Throws a WebhookError.
 */
export async function callWebhook<Answer extends { requestId: string }>(
  ctx: Context,
  link: WebhookLink,
  endpoint: WebhookEndpoint,
  message: Message,
  answer: z.ZodType<Answer>,
  options: CallOptions = {},
): Promise<Answer> {
  const attempts = options.attempts ?? 1 + waitsMs.length;
  const stopping = options.evenStopping ? new AbortController().signal : ctx.stopping;
  for (let attempt = 1; ; attempt++) {
    try {
      const target = { accountId: link.accountId, url: link.url, key: link.keys.message };
      const answered = await callOnce(ctx, target, endpoint, message, answer, {
        timeoutMs: options.timeoutMs,
        stopping,
      });
      await noteWebhook(ctx, link, null);
      return answered;
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      const mayPass = error.fault === 'timeout' || error.fault === 'broken';
      if (!mayPass || attempt >= attempts) {
        // Who refuses, answers.
        if (error.fault === 'refused') await noteWebhook(ctx, link, null);
        else if (!(mayPass && options.asksOthers)) await noteWebhook(ctx, link, error.fault);
        throw error;
      }
    }
    await pause(waitsMs[attempt - 1] ?? 0, stopping);
  }
}

/** Whose webhook is called, where, and what messages are signed with. */
export interface CallTarget {
  readonly accountId: string;
  readonly url: string;
  readonly key: Uint8Array;
}

/** One attempt, noted nowhere. */
export async function callOnce<Answer extends { requestId: string }>(
  ctx: Context,
  { accountId, url, key }: CallTarget,
  endpoint: WebhookEndpoint,
  message: Message,
  answer: z.ZodType<Answer>,
  {
    timeoutMs = timeoutMsMax,
    stopping = ctx.stopping,
  }: { timeoutMs?: number | undefined; stopping?: AbortSignal } = {},
): Promise<Answer> {
  const requestId = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const said = typeof message === 'function' ? message(requestId) : message;
  const body = JSON.stringify({ type: endpoint, requestId, ...said });
  const { signature, timestamp } = signMessage(key, body, requestId, ctx.nowMs());
  const headers = {
    'content-type': 'application/json',
    [webhookHeaders.signature]: signature,
    [webhookHeaders.timestamp]: timestamp,
    [webhookHeaders.requestId]: requestId,
    [webhookHeaders.account]: accountId,
  };
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const call = { url: new URL(toEndpointUrl(url, endpoint)), method: 'POST', headers, body: Buffer.from(body) };
    const answered = await ctx.outbound.send(call, AbortSignal.any([limit, stopping]));
    const text = await readText(answered);
    verifyStatus(answered.status, text);
    return readAnswer(ctx, key, requestId, answered, text, answer);
  } catch (error) {
    // That this server stops says nothing of the webhook.
    if (stopping.aborted) throw new AppError('server_stopping', { message: 'stopping during a call to a webhook' });
    throw toWebhookError(error, limit);
  }
}

async function readText({ body }: UpstreamAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > answerBytesMax) throw new WebhookError('unbelievable', null, 'The webhook’s answer is too long.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function verifyStatus(status: number, text: string): void {
  if (status === 200) return;
  if (status >= 500) throw new WebhookError('broken', null, `The webhook broke (HTTP ${status}).`);
  if (status < 400) throw new WebhookError('unbelievable', null, `The webhook answered HTTP ${status}.`);
  const reason = /"code":"([a-z_]{1,40})"/.exec(text)?.[1] ?? null;
  const why = reason === null ? '' : ` as ${reason}`;
  throw new WebhookError('refused', reason, `The webhook refused the call (HTTP ${status}${why}).`);
}

/** The answer, if it is to this message and by who holds the key. */
function readAnswer<Answer extends { requestId: string }>(
  ctx: Context,
  key: Uint8Array,
  requestId: string,
  { headers }: UpstreamAnswer,
  text: string,
  answer: z.ZodType<Answer>,
): Answer {
  const unbelievable = (sentence: string) => new WebhookError('unbelievable', null, sentence);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw unbelievable('What answers at this address is no Keytrail webhook.');
  }
  const read = (name: string) => [headers[name] ?? []].flat()[0];
  const head = {
    ...pick('signature', read(webhookHeaders.signature)),
    ...pick('timestamp', read(webhookHeaders.timestamp)),
    requestId,
  };
  const fault = findMessageFault(key, head, text, requestId, ctx.nowMs(), () => true);
  if (fault === 'skewed')
    throw unbelievable('The clocks of the webhook and of Keytrail are more than 5 minutes apart.');
  if (fault !== null) throw unbelievable('The webhook’s answer is not signed with the shared secret.');
  const parsed = answer.safeParse(said);
  if (!parsed.success || parsed.data.requestId !== requestId) {
    throw unbelievable('The webhook’s answer is not one to this call.');
  }
  return parsed.data;
}

function pick(name: 'signature' | 'timestamp', value: string | undefined) {
  return value === undefined ? {} : { [name]: value };
}

function toWebhookError(error: unknown, limit: AbortSignal): unknown {
  if (error instanceof WebhookError) return error;
  if (limit.aborted) return new WebhookError('timeout', null, 'The webhook did not answer in time.');
  if (!(error instanceof AppError)) return new WebhookError('unreachable', null, 'The webhook could not be reached.');
  if (error.code === 'upstream_forbidden') {
    const sentence =
      'The webhook lies at a private address. Whoever runs the server can allow it by name in KEYTRAIL_ALLOWED_UPSTREAMS.';
    return new WebhookError('forbidden', null, sentence);
  }
  return new WebhookError('unreachable', null, error.public.replace('The upstream', 'The webhook'));
}

function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopping.addEventListener('abort', done);
  });
}
