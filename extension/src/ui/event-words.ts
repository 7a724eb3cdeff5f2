// What an event says in words: the one reading that rows, drawer and popup share.

import { clientKindLabels } from '@keytrail/shared/client';
import type { AuditEvent } from '@keytrail/shared/event';
import { strings } from './strings.ts';

/** The program that asked: its own name where it gave one, else its kind; null where there was none. */
export function toClientWords(event: AuditEvent): string | null {
  return event.clientName ?? (event.client === undefined ? null : clientKindLabels[event.client]);
}

/** What became of it, in a word: what was done, or that it was not. */
export function toActionWords({ action, outcome }: AuditEvent): string {
  return outcome === 'ok' ? strings.eventActions[action] : strings.eventOutcomes[outcome].toLowerCase();
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
