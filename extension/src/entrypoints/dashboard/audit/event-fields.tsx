// The fields of an event as people read them.

import { clientKindLabels } from '@keytrail/shared/client';
import {
  type AuditEvent,
  denialRuleSentences,
  eventSourceLabels,
  eventTypeLabels,
  refreshErrorSentences,
} from '@keytrail/shared/event';
import type { ReactNode } from 'react';
import { EventGlyph } from '../../../ui/event-icon.tsx';
import { toActionWords } from '../../../ui/event-words.ts';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { toFullTime } from '../../../ui/time.ts';
import { toFieldLabel } from '../vault/kind-fields.ts';
import type { FieldName } from './event-sections.ts';

/** Fields that read better as something else than their bare value. */
const drawings: { readonly [Name in FieldName]?: (event: AuditEvent) => ReactNode } = {
  type: (event) => (
    <span className="[&_svg]:me-1.5 [&_svg]:inline [&_svg]:align-[-0.15em]">
      <EventGlyph type={event.type} />
      {eventTypeLabels[event.type]}
    </span>
  ),
  action: toActionWords,
  outcome: ({ outcome }) => shared.eventOutcomes[outcome],
  source: ({ source }) => eventSourceLabels[source],
  service: ({ service }) => service !== undefined && <ServiceBadge service={service} />,
  fields: ({ fields }) => fields?.map(toFieldLabel).join(', '),
  client: ({ client }) => client !== undefined && clientKindLabels[client],
  rule: ({ rule }) =>
    rule !== undefined && (
      <span className="text-red">
        {denialRuleSentences[rule]} <code className="font-mono text-2xs">{rule}</code>
      </span>
    ),
  errorClass: ({ errorClass }) =>
    errorClass !== undefined && (
      <span className="text-red">
        {refreshErrorSentences[errorClass]} <code className="font-mono text-2xs">{errorClass}</code>
      </span>
    ),
  retryAt: ({ retryAt }) => retryAt !== undefined && toFullTime(retryAt),
  recordedAt: ({ recordedAt }) => toFullTime(recordedAt),
  occurredAt: ({ occurredAt }) => toFullTime(occurredAt),
  seq: ({ seq }) => `#${seq.toLocaleString()}`,
  count: ({ type, count }) =>
    count !== undefined && (type === 'vault_change' ? count.toLocaleString() : shared.eventList.timesAlone(count)),
  firstSeq: ({ firstSeq }) => firstSeq !== undefined && `#${firstSeq.toLocaleString()}`,
  lastSeq: ({ lastSeq }) => lastSeq !== undefined && `#${lastSeq.toLocaleString()}`,
  policyIds: ({ policyIds }) => <Ids ids={policyIds ?? []} />,
};

const prose: readonly FieldName[] = ['credentialLabel', 'agentName', 'proxyName', 'reason', 'clientName', 'note'];

/** A field of an event as people read it. */
export function drawField(event: AuditEvent, name: FieldName): ReactNode {
  const drawing = drawings[name];
  if (drawing !== undefined) return drawing(event);
  const value = String(event[name]);
  return prose.includes(name) ? value : <span className="font-mono text-xs break-all">{value}</span>;
}

function Ids({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul className="flex flex-col font-mono text-xs break-all">
      {ids.map((id) => (
        <li key={id}>{id}</li>
      ))}
    </ul>
  );
}
