// Tickets for what an owner's webhook holds, in place of values: made only of what was decided and recorded.

import { totpSeedField } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventAction } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import { type TicketRedirect, toEndpointUrl, type WebhookEndpoint } from '@keytrail/shared/webhook-protocol';
import { signTicket, type TicketClaims, type TicketPurpose, ticketSeconds } from '@keytrail/shared/webhook-ticket';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import type { WebhookLink } from './webhook-rows.ts';

/** Open values go along up to this length in all; an address has an end. */
const openCharactersMax = 1_000;
const fieldCharactersMax = 3_000;

/** Throws where the names of the fields alone are too long for a ticket. */
export function verifyTicketable(fields: readonly string[]): void {
  if (fields.join().length <= fieldCharactersMax) return;
  throw new AppError('invalid_input', {
    message: 'too many fields for a ticket',
    public: 'The names of all these fields do not fit into one ticket. Ask for one field at a time.',
  });
}

/** What the event of a ticket says it is for, where its action would have said it. */
export function toTicketNote(action: EventAction): string {
  const what = purposes[action];
  return `A ticket for the owner’s webhook${what === undefined ? '' : `, ${what}`}; what became of it is an event of its own`;
}

const purposes: Partial<Record<EventAction, string>> = {
  reveal: 'to reveal',
  copy: 'to copy',
  autofill: 'to fill in',
};

export interface TicketUse {
  readonly row: CredentialRow;
  readonly purpose: TicketPurpose;
  readonly fields: readonly string[];
  /** The durable event that recorded it, or what stands in its place. */
  readonly event: Pick<AuditEvent, 'id' | 'correlationId' | 'agentId' | 'proxyId'>;
  readonly call?: string;
  readonly version?: number;
}

export function issueTicket(ctx: Context, link: WebhookLink, use: TicketUse): string {
  return signTicket(link.keys.ticket, toClaims(ctx, link.accountId, use));
}

/** A ticket with where to present it. */
export function toTicketRedirect(
  ctx: Context,
  link: WebhookLink,
  use: TicketUse,
  endpoint: WebhookEndpoint = 'credential',
): TicketRedirect {
  return {
    url: toEndpointUrl(link.url, endpoint),
    ticket: issueTicket(ctx, link, use),
    expiresAt: new Date((toSeconds(ctx.nowMs()) + ticketSeconds) * 1000).toISOString(),
  };
}

function toClaims(ctx: Context, accountId: string, { row, event, ...use }: TicketUse): TicketClaims {
  const issuedAt = toSeconds(ctx.nowMs());
  const mint = () => mintUuid(ctx.nowMs(), ctx.randomBytes);
  const seed = totpSeedField(row.kind);
  return {
    v: 1,
    id: mint(),
    accountId,
    credentialId: row.id,
    purpose: use.purpose,
    service: row.service,
    label: row.label,
    kind: row.kind,
    fields: [...use.fields],
    codes: use.purpose !== 'store' && use.fields.includes('totp') && seed !== null ? { totp: seed } : {},
    open: use.purpose === 'store' ? {} : toOpen(row, use.fields),
    agentId: event.agentId ?? null,
    proxyId: event.proxyId ?? null,
    call: use.call ?? null,
    version: use.version ?? null,
    eventId: event.id,
    correlationId: event.correlationId ?? event.id,
    receiptId: mint(),
    issuedAt,
    expiresAt: issuedAt + ticketSeconds,
  };
}

/** Public members that travel with a release. What is long, such as a chain, is listed with the credential anyway. */
function toOpen(row: CredentialRow, fields: readonly string[]): Record<string, string> {
  const open: Record<string, string> = {};
  let left = openCharactersMax;
  for (const field of fields) {
    const value = row.public[field];
    if (typeof value !== 'string' || value.length > left) continue;
    open[field] = value;
    left -= value.length;
  }
  return open;
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
