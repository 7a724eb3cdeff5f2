// Which of the lists that the pages show are not what they were any more, by the events that have happened.

import type { AuditEvent } from '@keytrail/shared/event';

export const lists = ['credentials', 'agents', 'policies', 'proxies', 'grants'] as const;
export type ListName = (typeof lists)[number];

/** What was changed may be any of them; a use shows as "last used" and a refusal is counted. */
const touchedBy: Record<AuditEvent['type'], readonly ListName[]> = {
  vault_change: lists,
  secret_access: ['credentials'],
  agent_access: ['credentials', 'agents', 'proxies', 'grants'],
  token_refresh: ['credentials'],
  policy_denied: ['agents'],
};

export function toStaleLists(events: readonly Pick<AuditEvent, 'type'>[]): ListName[] {
  const touched = new Set(events.flatMap(({ type }) => touchedBy[type]));
  return lists.filter((name) => touched.has(name));
}
