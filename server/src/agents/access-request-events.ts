// What the log says about a request for a grant: that it was made, that it was refused and by whom. Where it is granted,
// the grant's own event says so, or one beside it where the grant was not given in answer to it. One correlation id ties these together; each is appended in the transaction that makes it
// true.

import { grantDurationLabels } from '@keytrail/shared/access-request';
import type { AuditEvent } from '@keytrail/shared/event';
import { appendIn } from '../audit/append.ts';
import { type Change, recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import type { AccessRequestRow } from './access-request-store.ts';

/** The agent has asked. */
export function recordAsked(tx: Transaction, ctx: Context, row: AccessRequestRow): Promise<AuditEvent> {
  return appendIn(tx, ctx, row.accountId, {
    type: 'vault_change',
    action: 'request',
    source: 'agent',
    outcome: 'ok',
    ...toFacts(row),
    ...toAgentFacts(row),
    title: 'Access requested',
    note: toAskedWords(row),
  });
}

/** The owner has said no; from where, the event says. */
export function recordRefusal(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  row: AccessRequestRow,
): Promise<AuditEvent> {
  return recordChange(tx, ctx, owner, {
    action: 'refuse',
    ...toFacts(row),
    title: 'Access request refused',
    ...(row.note === null ? {} : { note: row.note }),
  });
}

/** A grant that was not given in answer to the request is enough for it: recorded with that grant. */
export function toFulfilment(
  row: AccessRequestRow,
  { id, credential }: { readonly id: string; readonly credential: { readonly id: string; readonly label: string } },
): Change {
  const grant = { grantId: id, credentialId: credential.id, credentialLabel: credential.label };
  return { action: 'approve', ...toFacts(row), ...grant, title: 'Access request granted' };
}

/** The agent does not get what it asked for: the owner said no, or nobody answered in time. */
export function recordRefused(tx: Transaction, ctx: Context, row: AccessRequestRow): Promise<AuditEvent> {
  return appendIn(tx, ctx, row.accountId, {
    type: 'policy_denied',
    action: 'request',
    source: 'agent',
    outcome: 'denied',
    rule: 'approval',
    ...toFacts(row),
    ...toAgentFacts(row),
    note: row.note ?? toAccessRefusalWords(row),
  });
}

/** What happened, in words for the agent. */
export function toAccessRefusalWords({ status }: Pick<AccessRequestRow, 'status'>): string {
  return status === 'denied' ? 'The owner said no' : 'The owner did not answer within 24 hours';
}

function toAskedWords({ label, duration }: AccessRequestRow): string {
  const which = label === null ? 'Any of this service' : `The one called “${label}”`;
  return duration === null ? which : `${which}, ${toLength(duration)}`;
}

function toLength(duration: NonNullable<AccessRequestRow['duration']>): string {
  return duration === 'until_revoked' ? grantDurationLabels[duration] : `for ${grantDurationLabels[duration]}`;
}

function toFacts(row: AccessRequestRow) {
  return {
    title: row.agentName,
    correlationId: row.correlationId,
    agentId: row.agentId,
    agentName: row.agentName,
    service: row.service,
    ...(row.fields === null ? {} : { fields: row.fields }),
  };
}

/** What only the agent's own events say: the owner's come from another client. */
function toAgentFacts(row: AccessRequestRow) {
  return {
    keyId: row.keyId,
    client: row.client,
    ...(row.clientName === null ? {} : { clientName: row.clientName }),
    ...(row.clientIp === null ? {} : { clientIp: row.clientIp }),
    ...(row.userAgent === null ? {} : { userAgent: row.userAgent }),
    reason: row.reason,
  };
}
