// Tokens that fail to refresh: said at the first failure, and once a day until one succeeds.

import type { AuditEvent } from '@keytrail/shared/event';
import { type AlertDraft, toCause, toCredentialWords, toSpan } from './alert-draft.ts';

const againAfterMs = 24 * 3_600_000;

/** Notes a refresh, done or failed; that one is under way at the owner's webhook changes nothing, and neither does any other event. */
export function noteRefresh(
  failing: Record<string, number>,
  event: AuditEvent,
): { failing: Record<string, number>; alerts: AlertDraft[] } {
  const { credentialId } = event;
  if (event.type !== 'token_refresh' || event.action === 'notify' || credentialId === undefined)
    return { failing, alerts: [] };
  const { [credentialId]: saidMs, ...others } = failing;
  if (event.outcome === 'ok') return { failing: others, alerts: [] };
  const atMs = Date.parse(event.recordedAt);
  if (saidMs !== undefined && atMs - saidMs < againAfterMs) return { failing, alerts: [] };
  return { failing: { ...others, [credentialId]: atMs }, alerts: [toDraft(event, credentialId, atMs)] };
}

function toDraft(event: AuditEvent, credentialId: string, atMs: number): AlertDraft {
  const credential = toCredentialWords(event);
  const why = event.note === undefined ? '' : `: ${event.note.replace(/\.$/, '')}`;
  return {
    kind: 'refresh_failing',
    cause: toCause('refresh_failing', credentialId),
    subject: event.credentialLabel ?? event.service ?? event.title,
    sentence: `The token of ${credential} could not be refreshed${why}.`,
    agentId: null,
    proxyId: null,
    credentialId,
    eventId: event.id,
    filter: { credentialIds: [credentialId], types: ['token_refresh'], outcomes: ['failed'], ...toSpan(atMs) },
  };
}
