// A proxied call on its way out: to its upstream with what is injected, or, where the owner's webhook holds that, to the webhook, which
// makes the call and injects it there.

import { createHash } from 'node:crypto';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { callHeader, ticketHeader, toEndpointUrl, upstreamMark } from '@keytrail/shared/webhook-protocol';
import type { Context } from '../base/context.ts';
import type { OutgoingCall } from '../base/outbound.ts';
import type { ProxyAccess } from '../vault/access.ts';
import { issueTicket } from '../vault/webhook-ticket.ts';
import type { AnswerHeaders, ToHead } from './forward.ts';
import { type Injected, toUpstreamHeaders, toUpstreamUrl, withoutInjected } from './inject.ts';

/**
 * What may go out, through the proxy as it was when that was decided: what it injects goes nowhere but where it led then. Of
 * the protocol's own messages there is no event.
 */
export type Released = Omit<Extract<ProxyAccess, { outcome: 'ok' }>, 'event' | 'tie'> & {
  readonly event?: Extract<ProxyAccess, { outcome: 'ok' }>['event'];
};

export interface CallParts {
  readonly method: string;
  /** Path and query below the upstream's address; null: the address itself. */
  readonly rest: string | null;
  /** The caller's headers, by name in lower case. */
  readonly given: Readonly<Record<string, string | string[] | undefined>>;
  /** Headers that are set here whatever the caller's are. */
  readonly own?: Readonly<Record<string, string>>;
  readonly body: OutgoingCall['body'];
}

export interface Outgoing {
  readonly call: OutgoingCall;
  /** Where the call leads in the end. */
  readonly url: URL;
  /** Whether an answer is the upstream's, and without what the webhook says of it; hand answers through it. */
  readonly toHead: (toHead: ToHead) => ToHead;
}

/** Throws `not_injectable` for a value that no header can carry. */
export function toOutgoing(ctx: Context, access: Released, parts: CallParts): Outgoing {
  const { webhook, credential } = access;
  if (webhook !== null && credential !== null) return toByWebhook(ctx, { ...access, webhook, credential }, parts);
  const { by } = access.loaded;
  const url = toUpstreamUrl(parts.rest, by.proxy, access);
  const headers = { ...toUpstreamHeaders(parts.given, by.proxy, access, ctx.nodeName), ...parts.own };
  return { call: { url, method: parts.method, headers, body: parts.body }, url, toHead: (toHead) => toHead };
}

/** Nothing is known here, so nothing is filled in. */
const nothing: Injected = { values: {}, tokenField: null, credential: null };
/** What servers and what stands before them take of headers, by and large. */
const callCharactersMax = 12_000;

type Held = Released & {
  readonly webhook: NonNullable<Released['webhook']>;
  readonly credential: NonNullable<Released['credential']>;
};

function toByWebhook(ctx: Context, access: Held, parts: CallParts): Outgoing {
  const { by } = access.loaded;
  const { headers, query, basicAuth } = by.proxy;
  const plain = { ...by.proxy, headers: {}, query: {}, basicAuth: null };
  const url = toUpstreamUrl(parts.rest, plain, nothing);
  const length = Buffer.isBuffer(parts.body) ? { 'content-length': String(parts.body.length) } : {};
  const order = {
    method: parts.method,
    url: url.href,
    headers: {
      ...toUpstreamHeaders(withoutInjected(parts.given, by.proxy), plain, nothing, ctx.nodeName),
      ...parts.own,
      ...length,
    },
    hasBody: parts.body !== null,
    tokenField: access.tokenField,
    inject: { headers, query, basicAuth },
  };
  const text = Buffer.from(JSON.stringify(order)).toString('base64url');
  if (text.length > callCharactersMax) {
    const sentence = 'The headers and the address of this call are too long to be passed on by the webhook.';
    throw new AppError('payload_too_large', { message: 'call too long for the webhook', public: sentence });
  }
  const event = access.event ?? { id: mintUuid(ctx.nowMs(), ctx.randomBytes), proxyId: by.proxy.id };
  const ticket = issueTicket(ctx, access.webhook, {
    row: access.credential,
    purpose: 'proxy',
    fields: access.fields,
    event,
    call: createHash('sha256').update(text).digest('base64url'),
  });
  const call: OutgoingCall = {
    url: new URL(toEndpointUrl(access.webhook.url, 'proxy')),
    method: 'POST',
    headers: { [ticketHeader]: ticket, [callHeader]: text, 'accept-encoding': 'identity', ...pickLength(parts.own) },
    body: parts.body,
  };
  return { call, url, toHead: fromWebhook };
}

function pickLength(own: CallParts['own'] = {}): Record<string, string> {
  const { 'content-length': length } = own;
  return length === undefined ? {} : { 'content-length': length };
}

function fromWebhook(toHead: ToHead): ToHead {
  return (status: number, headers: AnswerHeaders) => {
    const { [upstreamMark]: mark, ...rest } = headers;
    if (mark !== undefined) return toHead(status, rest);
    const sentence = `The webhook did not make the call (HTTP ${status}).`;
    throw new AppError('webhook_failed', { message: `webhook answered ${status} itself`, public: sentence });
  };
}
