// Whether an event passes a filter: the one meaning that server, cache and live view share.

import type { AuditEvent, EventFilter } from './event.ts';
import { isInIpRange } from './ip-range.ts';

/** True when every member of the filter admits the event. */
export function matches(event: AuditEvent, filter: EventFilter): boolean {
  return (
    admits(filter.types, event.type) &&
    admits(filter.sources, event.source) &&
    admits(filter.services, event.service) &&
    admits(filter.agentIds, event.agentId) &&
    admits(filter.credentialIds, event.credentialId) &&
    admits(filter.proxyIds, event.proxyId) &&
    admits(filter.outcomes, event.outcome) &&
    admits(filter.clients, event.client) &&
    admits(filter.rules, event.rule) &&
    isOpen(filter.policyIds, (ids) => ids.some((id) => event.policyIds?.includes(id))) &&
    isOpen(filter.ips, (ranges) => ranges.some((range) => isInIpRange(event.clientIp ?? '', range))) &&
    (filter.from === undefined || Date.parse(event.recordedAt) >= Date.parse(filter.from)) &&
    (filter.to === undefined || Date.parse(event.recordedAt) < Date.parse(filter.to)) &&
    hasText(event, filter.text)
  );
}

/** True when no member narrows anything. */
export function isUnfiltered(filter: EventFilter): boolean {
  return Object.values(filter).every((value) => value === undefined || value.length === 0);
}

/** The members of an event that a text filter looks through. */
export const searchedMembers = [
  'title',
  'service',
  'credentialLabel',
  'agentName',
  'proxyName',
  'reason',
  'siteOrigin',
  'frameOrigin',
] as const;

/** The form in which texts are compared. */
export function toSearchText(text: string): string {
  return text.trim().toLowerCase();
}

function hasText(event: AuditEvent, text: string | undefined): boolean {
  const wanted = toSearchText(text ?? '');
  return wanted === '' || searchedMembers.some((name) => event[name]?.toLowerCase().includes(wanted));
}

function admits<T>(allowed: readonly T[] | undefined, value: T | undefined): boolean {
  return isOpen(allowed, (values) => value !== undefined && values.includes(value));
}

function isOpen<T>(values: readonly T[] | undefined, admit: (values: readonly T[]) => boolean): boolean {
  return values === undefined || values.length === 0 || admit(values);
}
