// What the log says about a request for the owner's word: that it was made, how it was answered or that it ended without an
// answer, and that the access was refused. One correlation id ties these to the use. Each is appended in the transaction that makes it true.

import type { AuditEvent, EventDraft, EventSource } from '@keytrail/shared/event';
import { toOneLine } from '@keytrail/shared/text';
import { appendIn } from '../audit/append.ts';
import { type Change, recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { toShownAsker } from './approval-asker.ts';
import type { ApprovalRow } from './approval-store.ts';

/** What an event holds of the names of all calls of a batch. */
const toolMax = 300;

/** Somebody has asked. */
export async function recordRequest(tx: Transaction, ctx: Context, row: ApprovalRow): Promise<void> {
  await appendIn(tx, ctx, row.accountId, {
    type: 'vault_change',
    action: 'request',
    source: toSource(row),
    outcome: 'ok',
    ...toFacts(row),
    ...toRequesterFacts(row),
    title: 'Approval requested',
  });
}

/** The owner has answered; by whom and from where the event says. */
export async function recordAnswer(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  row: ApprovalRow,
): Promise<void> {
  const holds = row.holdsUntil === null ? null : `For ${row.rememberMinutes} min`;
  const note = [holds, row.note].filter((part) => part !== null).join(': ');
  const isApproved = row.status === 'approved';
  await recordChange(tx, ctx, owner, {
    action: isApproved ? 'approve' : 'refuse',
    ...toFacts(row),
    title: isApproved ? 'Approval given' : 'Approval refused',
    ...(note === '' ? {} : { note }),
  });
}

/** What was asked for has become impossible: recorded with the change that made it so. */
export function toEnding(row: ApprovalRow): Change {
  return { action: 'refuse', ...toFacts(row), title: 'Approval request ended' };
}

/** The access was refused: by the owner, or because nobody answered in time. */
export async function recordRefusedAccess(tx: Transaction, ctx: Context, row: ApprovalRow): Promise<AuditEvent> {
  const [asking] = row.policies;
  return appendIn(tx, ctx, row.accountId, {
    type: 'policy_denied',
    action: row.proxyId === null ? 'fetch' : 'inject',
    source: toSource(row),
    outcome: 'denied',
    rule: 'approval',
    ...toFacts(row),
    ...toRequesterFacts(row),
    ...(asking === undefined ? {} : { decidingPolicyId: asking.id, policyName: asking.name }),
    note: row.note ?? toRefusalWords(row),
  });
}

/** What happened, in words for whoever asked. */
export function toRefusalWords(row: Pick<ApprovalRow, 'status' | 'requestedAt' | 'expiresAt'>): string {
  if (row.status === 'denied') return 'The owner said no';
  const seconds = Math.round((row.expiresAt.getTime() - row.requestedAt.getTime()) / 1000);
  return `The owner did not answer within ${seconds} seconds`;
}

function toSource({ proxyId }: ApprovalRow): EventSource {
  return proxyId === null ? 'agent' : 'mcp_proxy';
}

function toFacts(row: ApprovalRow) {
  return {
    ...toAskerFacts(row),
    approvalId: row.id,
    correlationId: row.correlationId,
    ...(row.service === null ? {} : { service: row.service }),
    ...(row.credentialId === null ? {} : { credentialId: row.credentialId }),
    ...(row.credentialLabel === null ? {} : { credentialLabel: row.credentialLabel }),
    ...(row.fields.length === 0 ? {} : { fields: row.fields }),
    policyIds: row.policies.map(({ id }) => id),
  };
}

function toAskerFacts(row: ApprovalRow): Pick<EventDraft, 'title'> & Partial<EventDraft> {
  const asker = toShownAsker(row);
  if (asker.kind === 'agent') {
    const grant = row.grantId === null ? {} : { grantId: row.grantId };
    return { title: asker.name, agentId: asker.id, agentName: asker.name, ...grant };
  }
  const { id: proxyId, name, tool, upstreamHost } = asker;
  return { title: name, proxyId, proxyName: name, tool: toOneLine(tool, toolMax), upstreamHost };
}

/** What only the events of whoever asked say: the owner's come from another client. */
function toRequesterFacts(row: ApprovalRow) {
  return {
    keyId: row.keyId,
    client: row.client,
    ...(row.clientName === null ? {} : { clientName: row.clientName }),
    ...(row.clientIp === null ? {} : { clientIp: row.clientIp }),
    ...(row.userAgent === null ? {} : { userAgent: row.userAgent }),
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}
