// The fields of an event as people read them.

import { clientKindLabels } from '@keytrail/shared/client';
import {
  type AuditEvent,
  type DenialRule,
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
import { toObservedRefusals } from './observed-refusals.ts';
import { PolicyName } from './policy-name.tsx';

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
        <RuleWords rule={rule} />
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
  policyIds: ({ policyIds = [] }) => <Policies ids={policyIds} />,
  decidingPolicyId: ({ decidingPolicyId }) => decidingPolicyId !== undefined && <PolicyName id={decidingPolicyId} />,
  observedPolicyIds: (event) => <Observed event={event} />,
};

const prose: readonly FieldName[] = ['credentialLabel', 'agentName', 'proxyName', 'reason', 'clientName', 'note'];

/** A field of an event as people read it. */
export function drawField(event: AuditEvent, name: FieldName): ReactNode {
  const drawing = drawings[name];
  if (drawing !== undefined) return drawing(event);
  const value = String(event[name]);
  return prose.includes(name) ? value : <span className="font-mono text-xs break-all">{value}</span>;
}

function RuleWords({ rule }: { readonly rule: DenialRule }) {
  return (
    <>
      {denialRuleSentences[rule]} <code className="font-mono text-2xs">{rule}</code>
    </>
  );
}

function Policies({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul className="flex flex-col">
      {ids.map((id) => (
        <li key={id}>
          <PolicyName id={id} />
        </li>
      ))}
    </ul>
  );
}

/** In no colour of a refusal: nothing was refused. */
function Observed({ event }: { readonly event: AuditEvent }) {
  return (
    <ul className="flex flex-col gap-1">
      {toObservedRefusals(event).map(({ policyId, rule }) => (
        <li key={policyId}>
          <PolicyName id={policyId} />
          {rule !== undefined && (
            <span className="block text-xs text-mute">
              <RuleWords rule={rule} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
