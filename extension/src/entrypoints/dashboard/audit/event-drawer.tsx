// Every field of one event, and the event as JSON.

import { clientKindLabels } from '@keytrail/shared/client';
import { type AuditEvent, denialRuleSentences, eventSourceLabels, eventTypeLabels } from '@keytrail/shared/event';
import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronUp, List } from 'lucide-react';
import type { ReactNode } from 'react';
import { toButtonClasses } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { DialogBody, DialogFoot, Drawer } from '../../../ui/dialog.tsx';
import { EventGlyph } from '../../../ui/event-icon.tsx';
import { toActionWords } from '../../../ui/event-words.ts';
import { IconButton } from '../../../ui/icon-button.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { toFullTime } from '../../../ui/time.ts';
import { Detail, Details, Section } from '../detail.tsx';
import { strings } from '../strings.ts';
import { toFieldLabel } from '../vault/kind-fields.ts';

const text = strings.event;

interface EventDrawerProps {
  readonly event: AuditEvent;
  readonly onClose: () => void;
  /** Absent at the newest event. */
  readonly onNewer: (() => void) | undefined;
  /** Absent at the oldest event that is loaded. */
  readonly onOlder: (() => void) | undefined;
}

/** Opens over the log; Up and Down go to the neighbours. */
export function EventDrawer({ event, onClose, onNewer, onOlder }: EventDrawerProps) {
  const keys: Record<string, (() => void) | undefined> = { ArrowUp: onNewer, ArrowDown: onOlder };
  return (
    <Drawer
      open
      onClose={onClose}
      title={event.title}
      returnTo={() => document.querySelector<HTMLElement>(`[data-row="${event.id}"]`)}
      onKeyDown={(pressed) => keys[pressed.key]?.()}
      description={
        <span>
          {eventTypeLabels[event.type]} · <RelativeTime at={event.recordedAt} />
        </span>
      }
      actions={
        <>
          <IconButton icon={ChevronUp} label={text.newer} disabled={onNewer === undefined} onClick={onNewer} />
          <IconButton icon={ChevronDown} label={text.older} disabled={onOlder === undefined} onClick={onOlder} />
        </>
      }
    >
      <DialogBody className="gap-6">
        {sections.map(({ title, fields }) => {
          const shown = fields.filter((name) => event[name] !== undefined);
          if (shown.length === 0) return null;
          return (
            <Section key={title} title={title}>
              <Details>
                {shown.map((name) => (
                  <Detail key={name} name={text.fields[name]}>
                    {draw(event, name)}
                  </Detail>
                ))}
              </Details>
            </Section>
          );
        })}
      </DialogBody>
      <DialogFoot>
        <Neighbours event={event} />
        <CopyButton text={JSON.stringify(event, null, 2)} size="medium">
          {text.copy}
        </CopyButton>
      </DialogFoot>
    </Drawer>
  );
}

type FieldName = keyof typeof text.fields;

/** Every member of an event, in the order a reader asks for them. */
const sections: readonly { readonly title: string; readonly fields: readonly FieldName[] }[] = [
  {
    title: text.sections.what,
    fields: ['type', 'action', 'service', 'credentialLabel', 'fields', 'agentName', 'proxyName'],
  },
  {
    title: text.sections.why,
    fields: ['outcome', 'rule', 'retryAt', 'reason', 'policyIds', 'decidingPolicyId'],
  },
  {
    title: text.sections.who,
    fields: ['source', 'client', 'clientName', 'clientIp', 'siteOrigin', 'frameOrigin', 'userAgent'],
  },
  {
    title: text.sections.record,
    fields: [
      'recordedAt',
      'occurredAt',
      'seq',
      'id',
      'credentialId',
      'agentId',
      'keyId',
      'grantId',
      'proxyId',
      'deviceId',
      'deviceSeq',
      'correlationId',
    ],
  },
];

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
  retryAt: ({ retryAt }) => retryAt !== undefined && toFullTime(retryAt),
  recordedAt: ({ recordedAt }) => toFullTime(recordedAt),
  occurredAt: ({ occurredAt }) => toFullTime(occurredAt),
  seq: ({ seq }) => `#${seq.toLocaleString()}`,
};

const prose: readonly FieldName[] = ['credentialLabel', 'agentName', 'proxyName', 'reason', 'clientName'];

function draw(event: AuditEvent, name: FieldName): ReactNode {
  const drawing = drawings[name];
  if (drawing !== undefined) return drawing(event);
  const value = String(event[name]);
  return prose.includes(name) ? value : <span className="font-mono text-xs break-all">{value}</span>;
}

function Neighbours({ event }: { readonly event: AuditEvent }) {
  const link = toButtonClasses({ variant: 'ghost' });
  if (event.agentId !== undefined) {
    return (
      <Link to="/audit" search={{ agents: [event.agentId] }} className={link}>
        <List aria-hidden />
        {text.filterAgent}
      </Link>
    );
  }
  if (event.service === undefined) return null;
  return (
    <Link to="/audit" search={{ services: [event.service] }} className={link}>
      <List aria-hidden />
      {text.filterService}
    </Link>
  );
}
