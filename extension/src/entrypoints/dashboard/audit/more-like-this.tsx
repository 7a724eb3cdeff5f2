// Links beside a field that show all events which have it in common.

import type { AuditEvent } from '@keytrail/shared/event';
import { Link } from '@tanstack/react-router';
import { ListFilter } from 'lucide-react';
import { Tooltip } from '../../../ui/tooltip.tsx';
import { strings } from '../strings.ts';
import { activityOf } from './activity-search.ts';
import type { AuditSearch } from './audit-search.ts';
import type { FieldName } from './event-sections.ts';

/** The log's address for the events that share a field; undefined where the event does not say whose it is. */
const searches: { readonly [Name in FieldName]?: (event: AuditEvent) => AuditSearch | undefined } = {
  agentName: ({ agentId }) => (agentId === undefined ? undefined : activityOf.agent(agentId)),
  credentialLabel: ({ credentialId }) => (credentialId === undefined ? undefined : activityOf.credential(credentialId)),
  service: ({ service }) => (service === undefined ? undefined : { services: [service] }),
  proxyName: ({ proxyId }) => (proxyId === undefined ? undefined : activityOf.proxy(proxyId)),
  clientIp: ({ clientIp }) => (clientIp === undefined ? undefined : { ips: [clientIp] }),
  rule: ({ rule }) => (rule === undefined ? undefined : { rules: [rule] }),
  decidingPolicyId: ({ decidingPolicyId }) =>
    decidingPolicyId === undefined ? undefined : activityOf.policy(decidingPolicyId),
};

/** An icon that filters the log by this field's value alone. */
export function MoreLikeThis({ event, name }: { readonly event: AuditEvent; readonly name: FieldName }) {
  const search = searches[name]?.(event);
  if (search === undefined) return null;
  // An id says nothing to a reader where the event has the name too.
  const value = (name === 'decidingPolicyId' ? event.policyName : undefined) ?? String(event[name]);
  const label = strings.event.filterBy(strings.event.fields[name], value);
  return (
    <Tooltip text={label}>
      <Link
        to="/audit"
        search={search}
        aria-label={label}
        className="inline-grid size-5 shrink-0 place-items-center self-center rounded-sm text-faint hover:bg-sunken hover:text-accent"
      >
        <ListFilter aria-hidden className="size-3.5" />
      </Link>
    </Tooltip>
  );
}
