// What a webhook tells by itself. Its receipt becomes the second event of a ticket: delivered, or refused there, with why. Each ticket has
// one delivery, however often it is told. What it tells of tokens that it renewed goes on to `webhook-notice.ts`.

import { toClientKind } from '@keytrail/shared/client';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventDraft } from '@keytrail/shared/event';
import { parseLine } from '@keytrail/shared/leaf';
import { toOneLine } from '@keytrail/shared/text';
import { findMessageFault, type MessageHead } from '@keytrail/shared/webhook-message';
import {
  type ReceiptReason,
  type WebhookNotice,
  type WebhookReceipt,
  webhookNotice,
  webhookReceipt,
} from '@keytrail/shared/webhook-protocol';
import { readTicket, type TicketClaims } from '@keytrail/shared/webhook-ticket';
import { z } from 'zod';
import { appendBody, mintBody } from '../audit/append.ts';
import { toCanonicalIp } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { readAsAccount } from '../base/db.ts';
import { takeNotice } from './webhook-notice.ts';
import { findWebhookLink, type WebhookLink } from './webhook-rows.ts';

/**
 * Takes a receipt, or a notice of a renewed token. Throws `unauthorized` where it is not signed by this account's webhook, `not_found` where no event of ours
 * stands behind its ticket, `invalid_input` where it is none.
 */
export async function takeReceipt(
  ctx: Context,
  accountId: string,
  head: Partial<MessageHead>,
  body: string,
): Promise<{ recorded: boolean }> {
  const link = await findWebhookLink(ctx, accountId);
  if (link === null) throw new AppError('unauthorized', { message: 'receipt without a binding' });
  const receipt = readTold(ctx, link, head, body);
  if (receipt.type === 'renewed') return { recorded: await takeNotice(ctx, accountId, receipt) };
  const claims = readClaims(ctx, link, receipt);
  const issued = await findIssued(ctx, claims);
  if (issued === null) throw new AppError('not_found', { message: `no event behind ticket ${claims.id}` });
  // What is told again has the same id, and is in the log already.
  const id = receipt.outcome === 'refused' ? receipt.requestId : claims.receiptId;
  try {
    await appendBody(ctx, accountId, { ...mintBody(ctx, toDraft(receipt, claims, issued)), id });
    return { recorded: true };
  } catch (error) {
    if (error instanceof AppError && error.code === 'event_conflict') return { recorded: false };
    throw error;
  }
}

function readTold(
  ctx: Context,
  link: WebhookLink,
  head: Partial<MessageHead>,
  body: string,
): WebhookReceipt | WebhookNotice {
  const malformed = new AppError('invalid_input', { message: 'malformed receipt' });
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    throw malformed;
  }
  const requestId = typeof said === 'object' && said !== null && 'requestId' in said ? said.requestId : undefined;
  const fault = findMessageFault(link.keys.message, head, body, requestId, ctx.nowMs(), () => true);
  if (fault !== null) {
    throw new AppError('unauthorized', {
      message: `receipt is ${fault}`,
      public: `The receipt is not believed: its signature, clock or request id is wrong (${fault}).`,
    });
  }
  const parsed = told.safeParse(said);
  if (!parsed.success) throw malformed;
  return parsed.data;
}

const told = z.union([webhookReceipt, webhookNotice]);

function readClaims(ctx: Context, link: WebhookLink, { ticket }: WebhookReceipt): TicketClaims {
  const reading = readTicket(link.keys.ticket, ticket, ctx.nowMs());
  if (reading.outcome !== 'forged' && reading.claims.accountId === link.accountId) return reading.claims;
  throw new AppError('invalid_input', { message: 'receipt for a forged ticket' });
}

/** The event that recorded the ticket: what it says of credential and requester holds for its receipt, too. */
async function findIssued(ctx: Context, claims: TicketClaims): Promise<AuditEvent | null> {
  const { accountId, correlationId, eventId } = claims;
  const [row] = await readAsAccount(
    ctx.db,
    accountId,
    (tx) => tx<{ line: string }[]>`
      select line from events
      where account_id = ${accountId} and correlation_id = ${correlationId} and id = ${eventId}`,
  );
  return row === undefined ? null : parseLine(row.line);
}

const copied = [
  'type',
  'source',
  'title',
  'service',
  'credentialId',
  'credentialLabel',
  'agentId',
  'agentName',
  'keyId',
  'grantId',
  'proxyId',
  'proxyName',
  'approvalId',
  'siteOrigin',
  'frameOrigin',
  'correlationId',
] as const satisfies readonly (keyof EventDraft)[];

function toDraft(receipt: WebhookReceipt, claims: TicketClaims, issued: AuditEvent): EventDraft {
  const { type, source, title } = issued;
  const same = Object.fromEntries(copied.flatMap((name) => (issued[name] === undefined ? [] : [[name, issued[name]]])));
  const userAgent = toOneLine(receipt.userAgent ?? '', 400);
  const clientIp = toCanonicalIp(receipt.clientIp);
  return {
    ...same,
    type,
    source,
    title,
    action: 'deliver',
    outcome: receipt.outcome === 'refused' ? 'failed' : 'ok',
    ...(claims.fields.length === 0 ? {} : { fields: claims.fields }),
    ...(clientIp === null ? {} : { clientIp }),
    ...(userAgent === '' ? {} : { userAgent }),
    client: toClientKind(userAgent, false),
    note: toNote(receipt),
  };
}

function toNote({ outcome, reason }: WebhookReceipt): string {
  if (outcome === 'delivered') return 'Delivered by the owner’s webhook';
  if (outcome === 'stored') return 'Stored by the owner’s webhook';
  return `Refused by the owner’s webhook: ${reason === undefined ? 'it did not say why' : reasons[reason]}`;
}

const reasons: Record<ReceiptReason, string> = {
  used: 'the ticket was used before',
  expired: 'the ticket was over',
  agent: 'the webhook does not serve this agent, or another one brought the ticket',
  missing: 'it does not hold this credential',
  call: 'the ticket was for something else',
  upstream: 'the call did not come about',
};
