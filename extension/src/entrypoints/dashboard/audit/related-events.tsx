// The events that belong together: a request, its approval, its refresh, its result, in the order they happened.

import type { AuditEvent } from '@keytrail/shared/event';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../../lib/query.ts';
import { isCallOrAnswer, toDeedWords } from '../../../ui/deed-words.ts';
import { EventIcon } from '../../../ui/event-icon.tsx';
import { toEventName } from '../../../ui/event-name.ts';
import { toActionWords } from '../../../ui/event-words.ts';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { Section } from '../detail.tsx';
import { strings } from '../strings.ts';

const text = strings.event;

interface RelatedEventsProps {
  readonly event: AuditEvent;
  readonly onOpen: (event: AuditEvent) => void;
}

/** Nothing for an event that stands by itself. */
export function RelatedEvents({ event, onOpen }: RelatedEventsProps) {
  const { correlationId } = event;
  const query = useQuery({
    queryKey: ['audit', 'related', correlationId],
    queryFn: ({ signal }) =>
      correlationId === undefined ? [] : api.audit.related.query({ correlationId }, { signal }),
    enabled: correlationId !== undefined,
    retry: false,
  });
  if (query.isError) {
    return (
      <Section title={text.sections.related}>
        <p className="text-mute">{text.relatedAway}</p>
      </Section>
    );
  }
  if (query.data === undefined || query.data.length < 2) return null;
  return (
    <Section title={text.sections.related}>
      <ol className="overflow-clip rounded-md border border-line">
        {query.data.map((related) => (
          <li key={related.id} className="border-hairline not-first:border-t">
            <RelatedEvent event={related} current={related.id === event.id} onOpen={onOpen} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function RelatedEvent({ event, current, onOpen }: RelatedEventsProps & { readonly current: boolean }) {
  const deed = toDeedWords(event) ?? toActionWords(event);
  const name = toEventName(event);
  return (
    <button
      type="button"
      aria-current={current || undefined}
      aria-label={isCallOrAnswer(event) ? name : `${name}, ${deed}`}
      onClick={() => onOpen(event)}
      className="flex w-full min-w-0 items-center gap-2.25 px-2.5 py-1.5 text-start -outline-offset-2 hover:bg-canvas aria-[current]:bg-accent-soft"
    >
      <EventIcon type={event.type} small />
      <span dir="auto" className="user-text truncate font-medium">
        {event.title}
      </span>
      <span title={deed} className="user-text max-w-1/2 shrink-0 truncate text-xs text-mute">
        {deed}
      </span>
      {event.service !== undefined && <ServiceBadge service={event.service} className="max-w-24" />}
      <RelativeTime at={event.recordedAt} tabIndex={-1} className="ms-auto text-xs text-mute" />
    </button>
  );
}
