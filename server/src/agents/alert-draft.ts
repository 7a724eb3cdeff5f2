// An alert before it is stored: what happened, in words, and the log filtered to it.

import type { AlertKind, AlertSummary } from '@keytrail/shared/alert';
import type { AuditEvent, EventFilter } from '@keytrail/shared/event';

export interface AlertDraft extends Omit<AlertSummary, 'id' | 'createdAt' | 'seenAt'> {
  /** Alerts of one cause are at least a minute apart. */
  readonly cause: string;
}

/** Whose doing an event is. */
export interface Actor {
  /** The agent's or the proxy's id, or `owner`. */
  readonly key: string;
  readonly agentId: string | null;
  readonly proxyId: string | null;
  readonly name: string;
}

/** Null for what no agent, no caller of a proxy and not the owner did, and for what the owner tried a proxy with. */
export function findActor(event: AuditEvent): Actor | null {
  const { agentId, agentName, proxyId, proxyName, keyId, source, title } = event;
  if (agentId !== undefined) return { key: agentId, agentId, proxyId: null, name: agentName ?? title };
  if (proxyId !== undefined && keyId !== undefined) {
    return { key: proxyId, agentId: null, proxyId, name: proxyName ?? title };
  }
  return source === 'direct' ? { key: 'owner', agentId: null, proxyId: null, name: 'Direct Access' } : null;
}

export function toCause(kind: AlertKind, key: string): string {
  return `${kind} ${key}`;
}

/** The events of one actor. */
export function toActorFilter({ agentId, proxyId }: Actor): EventFilter {
  if (agentId !== null) return { agentIds: [agentId] };
  return proxyId === null ? { sources: ['direct'] } : { proxyIds: [proxyId] };
}

/** The time from one instant to another, both included: filters end before their `to`, and pages count in milliseconds. */
export function toSpan(firstMs: number, lastMs = firstMs): Required<Pick<EventFilter, 'from' | 'to'>> {
  return { from: new Date(firstMs).toISOString(), to: new Date(lastMs + 1).toISOString() };
}

/** The credential of an event: "github (main)". */
export function toCredentialWords({ service, credentialLabel }: AuditEvent): string {
  if (service === undefined) return credentialLabel ?? 'a credential';
  return credentialLabel === undefined ? service : `${service} (${credentialLabel})`;
}
