// What Keytrail and an owner's webhook say to each other: the endpoints, each with its message and its answer. Every message is
// signed (`webhook-message.ts`), and so is every answer to one; requesters bring tickets (`webhook-ticket.ts`).

import { z } from 'zod';
import { refreshErrorClasses } from './event.ts';

/** Below the address that the owner gave. */
export const webhookEndpoints = [
  'bind',
  'health',
  'store',
  'remove',
  'return',
  'refresh-notify',
  'refresh',
  'credential',
  'proxy',
] as const;
export type WebhookEndpoint = (typeof webhookEndpoints)[number];

/** The address of an endpoint. */
export function toEndpointUrl(base: string, endpoint: WebhookEndpoint): string {
  return `${base.replace(/\/$/, '')}/${endpoint}`;
}

/** Where a ticket goes that does not travel in an address (there, it is the parameter `ticket`). */
export const ticketHeader = 'x-keytrail-ticket';
/** Beside a `proxy` ticket: the call to be made, as JSON in base64url. */
export const callHeader = 'x-keytrail-call';
/** Says that a proxied answer is the upstream's own, and not one of the webhook about itself. */
export const upstreamMark = 'x-keytrail-upstream';

/**
 * What a webhook may offer beside what every webhook does, as `health` says: to give secrets back, to renew tokens when it is told to
 * (`refresh-notify`), to give Keytrail a refresh token to exchange and store what comes of it (`refresh`).
 */
export const webhookCapabilities = ['return', 'refresh', 'mediated-refresh'] as const;

/** Why a webhook is told to renew a token. */
export const refreshReasons = ['token_expiring', 'owner_asked', 'upstream_401'] as const;
export type RefreshReason = (typeof refreshReasons)[number];

/**
 * How long a token is good for from this message on, whatever the two clocks say; null where the provider did not say. Any number, as
 * scopes are any texts: the token lies at the webhook by now, so its message is not refused over what a provider said beside it.
 */
const expiresInS = z.number().nullable();
const code = z.string().regex(/^[a-z_]{1,40}$/);

/** A new token lies at the webhook. */
const refreshed = {
  status: z.literal('refreshed'),
  /** Of the credential there, since the token was stored. */
  version: z.int().positive(),
  expiresInS,
  scopes: z.array(z.string()).optional(),
  /** What is new: without a new refresh token the old one goes on. */
  fields: z.array(z.enum(['accessToken', 'refreshToken'])).min(1),
};

/** The provider gave no token. A class that is not known here is the provider's trouble all the same. */
const refreshFailed = {
  status: z.literal('refresh_failed'),
  errorClass: z.enum(refreshErrorClasses).catch('provider_error'),
  code: code.optional().catch(undefined),
};

const renewal = { type: z.literal('renewal'), requestId: z.string() };
const refreshedAnswer = z.object({ ...renewal, ...refreshed });
/** There is nothing to renew: no such credential, or one without a refresh token. */
const missing = [
  z.object({ ...renewal, status: z.literal('no_token') }),
  z.object({ ...renewal, status: z.literal('no_refresh_token') }),
  z.object({ ...renewal, status: z.literal('error'), code: code.optional().catch(undefined) }),
] as const;

/** Answers of a webhook, by endpoint. Each repeats the request id of its message. */
export const webhookAnswers = {
  bind: z.object({ type: z.literal('bound'), requestId: z.string(), nonce: z.string() }),
  health: z.object({
    type: z.literal('healthy'),
    requestId: z.string(),
    /** Of `webhookCapabilities`; what else it names is not for this Keytrail. */
    capabilities: z.array(z.string().max(50)).max(50),
    /** How many credentials it holds. */
    credentials: z.int().nonnegative(),
  }),
  store: z.object({
    type: z.literal('stored'),
    requestId: z.string(),
    /** HMAC-SHA256, under the transit key, of the fields in canonical JSON as read back from where they are kept; base64url. */
    digest: z.string(),
  }),
  remove: z.object({ type: z.literal('removed'), requestId: z.string() }),
  return: z.object({
    type: z.literal('returned'),
    requestId: z.string(),
    /** The version of the credential that was stored last. */
    version: z.int(),
    sealed: z.string(),
  }),
  /** To `{ credentialId, service, reason, held, version, refreshHint }`. */
  'refresh-notify': z.discriminatedUnion('status', [
    refreshedAnswer,
    z.object({ ...renewal, ...refreshFailed }),
    /** It goes about it by itself, and tells of it later (`webhookNotice`). */
    z.object({ ...renewal, status: z.literal('acknowledged') }),
    /** The provider gave a token, but the owner had put in another one meanwhile, which was kept. */
    z.object({ ...renewal, status: z.literal('superseded') }),
    ...missing,
  ]),
  /** To `{ action: 'get', credentialId, held, tokenUrl }`, and to `{ action: 'update', credentialId, used, version, expiresInS, sealed }`. */
  refresh: z.discriminatedUnion('status', [
    /** The refresh token, and the client's secret where the webhook has one, sealed for the way. */
    z.object({ ...renewal, status: z.literal('given'), sealed: z.string().max(300_000) }),
    /** To `update`: stored, with the digest of `store`; to `get`: an earlier update arrived that Keytrail has not heard of. */
    refreshedAnswer.extend({ digest: z.string().optional() }),
    z.object({ ...renewal, status: z.literal('superseded') }),
    ...missing,
  ]),
} as const;

/** Why a webhook gave nothing for a ticket. */
export const receiptReasons = ['used', 'expired', 'agent', 'missing', 'call', 'upstream'] as const;
export type ReceiptReason = (typeof receiptReasons)[number];

/** What a webhook tells Keytrail about a ticket that was presented to it. */
export const webhookReceipt = z.strictObject({
  type: z.literal('receipt'),
  requestId: z.uuid(),
  /** The ticket itself: Keytrail recognises its own. */
  ticket: z.string().max(20_000),
  outcome: z.enum(['delivered', 'stored', 'refused']),
  reason: z.enum(receiptReasons).optional(),
  /** Who presented it, as the webhook saw them. */
  clientIp: z.string().max(100).optional(),
  userAgent: z.string().max(1000).optional(),
});
export type WebhookReceipt = z.infer<typeof webhookReceipt>;

const notice = { type: z.literal('renewed'), requestId: z.uuid(), credentialId: z.uuid() };

/** What a webhook tells Keytrail of a token that it renewed, or could not renew, after it had only acknowledged. */
export const webhookNotice = z.discriminatedUnion('status', [
  z.object({ ...notice, ...refreshed }),
  z.object({ ...notice, ...refreshFailed }),
]);
export type WebhookNotice = z.infer<typeof webhookNotice>;

/** What stands in place of values: present the ticket at the address, once, before its end. */
export interface TicketRedirect {
  readonly url: string;
  readonly ticket: string;
  readonly expiresAt: string;
}
