// What an agent may read of the log: what it did itself, told as far as it was told then. Its owner's own doing, what the
// vault holds beyond its grants, and the policies behind a refusal are none of its business.

import type { AuditEvent } from '@keytrail/shared/event';
import type { Database } from '../base/db.ts';
import { type EventPage, listEvents } from './query.ts';

type OwnEvent = Omit<
  AuditEvent,
  'policyIds' | 'decidingPolicyId' | 'policyName' | 'observedPolicyIds' | 'observedRules'
>;

/** One page of an agent's own events, as `listEvents` pages. */
export async function listOwnEvents(
  db: Database,
  { accountId, agentId }: { readonly accountId: string; readonly agentId: string },
  page: { before?: string | undefined; limit: number },
): Promise<Omit<EventPage, 'events'> & { readonly events: OwnEvent[] }> {
  const filter = { agentIds: [agentId], sources: ['agent' as const] };
  const found = await listEvents(db, accountId, { ...page, filter });
  return { ...found, events: found.events.map(toOwnEvent) };
}

function toOwnEvent(event: AuditEvent): OwnEvent {
  const {
    policyIds: _evaluated,
    decidingPolicyId: _deciding,
    policyName: _name,
    observedPolicyIds: _observed,
    observedRules: _rules,
    ...told
  } = event;
  if (told.grantId !== undefined) return told;
  // Refused without a grant, it was not told whether there is such a credential.
  const { credentialId: _id, credentialLabel: _label, ...unnamed } = told;
  return unnamed;
}
