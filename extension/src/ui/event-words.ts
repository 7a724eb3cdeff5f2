// What an event says in words: the one reading that rows, drawer and popup share.

import { clientKindLabels } from '@keytrail/shared/client';
import { type AuditEvent, denialRuleSentences, eventTypeLabels, refreshErrorSentences } from '@keytrail/shared/event';
import { strings } from './strings.ts';
import { toFullTime } from './time.ts';

/** The program that asked: its own name where it gave one, else its kind; null where there was none. */
export function toClientWords(event: AuditEvent): string | null {
  return event.clientName ?? (event.client === undefined ? null : clientKindLabels[event.client]);
}

/** What became of it, in a word: what was done, or that it was not. */
export function toActionWords({ action, outcome }: AuditEvent): string {
  return outcome === 'ok' ? strings.eventActions[action] : strings.eventOutcomes[outcome].toLowerCase();
}

/** The owner's webhook was asked to renew a token: what became of it is another event. */
export function isRefreshAsked({ type, action }: AuditEvent): boolean {
  return type === 'token_refresh' && action === 'notify';
}

/** What the event was about, where its title does not say so: the credential, or the agent, the proxy or the policy that was changed. */
export function toSubject(event: AuditEvent): string | null {
  const { title, credentialLabel, agentName, proxyName } = event;
  const names = [toChangedPolicy(event), credentialLabel, agentName, proxyName].filter(
    (name) => name !== undefined && name !== title,
  );
  return names.length === 0 ? null : names.join(', ');
}

/** Not the policy that refused, or that had the owner asked. */
function toChangedPolicy({ type, policyName, decidingPolicyId }: AuditEvent): string | undefined {
  return type === 'vault_change' && decidingPolicyId === undefined ? policyName : undefined;
}

/** Why an access was refused, with the time from which it is allowed again, or a refresh failed, in words; else null. */
export function toDenialWords(event: AuditEvent): string | null {
  if (event.errorClass !== undefined) return refreshErrorSentences[event.errorClass];
  if (event.rule === undefined) return null;
  const sentence = denialRuleSentences[event.rule];
  if (event.retryAt === undefined) return sentence;
  return `${sentence}, ${strings.eventList.retryAt(toFullTime(event.retryAt))}`;
}

/** What a screen reader hears for a row. */
export function toEventName(event: AuditEvent): string {
  const { type, title, service, reason } = event;
  return [eventTypeLabels[type], title, toSubject(event), service, toDenialWords(event), reason]
    .filter((part) => part !== undefined && part !== null)
    .join(', ');
}
