// An alert before it is stored: what happened, in words, and the log filtered to it.

import type { AlertKind, AlertSummary } from '@keytrail/shared/alert';
import type { AuditEvent, EventFilter } from '@keytrail/shared/event';

export interface AlertDraft extends Omit<AlertSummary, 'id' | 'createdAt' | 'seenAt'> {
  /** Alerts of one cause are at least a minute apart. */
  readonly cause: string;
}

/** Whose doing an event is. */
export interface Actor {
  /** The agent's id, or `owner`. */
  readonly key: string;
  readonly agentId: string | null;
  readonly name: string;
}

/** Null for what neither an agent nor the owner did. */
export function findActor(event: AuditEvent): Actor | null {
  const { agentId, agentName, source, title } = event;
  if (agentId !== undefined) return { key: agentId, agentId, name: agentName ?? title };
  return source === 'direct' ? { key: 'owner', agentId: null, name: 'Direct Access' } : null;
}

export function toCause(kind: AlertKind, key: string): string {
  return `${kind} ${key}`;
}

/** The events of one actor. */
export function toActorFilter({ agentId }: Actor): EventFilter {
  return agentId === null ? { sources: ['direct'] } : { agentIds: [agentId] };
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
