// What Keytrail and an owner's webhook say to each other: the endpoints, each with its message and its answer. Every message is
// signed (`webhook-message.ts`), and so is every answer to one; requesters bring tickets (`webhook-ticket.ts`).

import { z } from 'zod';

/** Below the address that the owner gave. `refresh` is there for webhooks that can renew tokens. */
export const webhookEndpoints = [
  'bind',
  'health',
  'store',
  'remove',
  'return',
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

/** Answers of a webhook, by endpoint. Each repeats the request id of its message. */
export const webhookAnswers = {
  bind: z.object({ type: z.literal('bound'), requestId: z.string(), nonce: z.string() }),
  health: z.object({
    type: z.literal('healthy'),
    requestId: z.string(),
    /** What it offers beside what every webhook does, such as `return`. */
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

/** What stands in place of values: present the ticket at the address, once, before its end. */
export interface TicketRedirect {
  readonly url: string;
  readonly ticket: string;
  readonly expiresAt: string;
}
