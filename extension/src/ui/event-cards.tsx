// Events as cards for a narrow place: what happened, to what, why not, from where, when.

import type { AuditEvent } from '@keytrail/shared/event';
import { EventIcon } from './event-icon.tsx';
import type { EventListProps } from './event-list-props.ts';
import { EventTitle } from './event-title.tsx';
import { toClientWords, toDenialWords, toSubject } from './event-words.ts';
import { joinClasses } from './join-classes.ts';
import { RelativeTime } from './relative-time.tsx';
import { rowFocusClasses, toRowPress } from './row-press.ts';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';
import { useRowKeys } from './use-row-keys.ts';

/** Rows in the order given. Up, Down, Home and End move between them. */
export function EventCards({ events, onOpen, openId, freshIds }: EventListProps) {
  const { listProps, toRowProps } = useRowKeys(events.map((event) => event.id));
  return (
    <ul
      aria-label={strings.eventList.label}
      className="overflow-hidden rounded-lg border border-line bg-panel"
      {...listProps}
    >
      {events.map((event) => {
        const rowProps = toRowProps(event.id);
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keyboards press the button inside, which bubbles here.
          <li
            key={event.id}
            onClick={toRowPress(onOpen && (() => onOpen(event)))}
            className={joinClasses(
              'flex items-start gap-2.5 border-t border-hairline px-2.75 py-2.25 first:rounded-t-lg first:border-t-0 last:rounded-b-lg',
              rowFocusClasses,
              onOpen !== undefined && 'cursor-pointer hover:bg-canvas',
              openId === event.id && 'bg-accent-soft',
              freshIds?.has(event.id) && 'animate-highlight',
            )}
          >
            <EventIcon type={event.type} />
            <div className="min-w-0 flex-1">
              <div className="flex min-w-0 items-center gap-1.5">
                <EventTitle event={event} onOpen={onOpen} rowProps={rowProps} className="max-w-3/4 shrink-0" />
                {event.service !== undefined && <ServiceBadge service={event.service} className="max-w-28 shrink-0" />}
              </div>
              <Denial event={event} />
              <CardMeta event={event} />
            </div>
            <RelativeTime at={event.recordedAt} tabIndex={rowProps.tabIndex} className="text-xs text-faint" />
          </li>
        );
      })}
    </ul>
  );
}

function Denial({ event }: { readonly event: AuditEvent }) {
  const words = toDenialWords(event);
  if (words === null) return null;
  return (
    <p className="text-xs text-red">
      {words} <code className="font-mono text-2xs whitespace-nowrap">{event.rule}</code>
    </p>
  );
}

function CardMeta({ event }: { readonly event: AuditEvent }) {
  const action = event.type === 'secret_access' ? strings.eventActions[event.action] : null;
  const subject = event.type === 'vault_change' ? toSubject(event) : null;
  const parts = [subject, toClientWords(event), action].filter((part) => part !== null);
  if (parts.length === 0 && event.clientIp === undefined) return null;
  return (
    <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
      {parts.map((part) => (
        <span key={part} className="flex max-w-full min-w-0 gap-x-1.5 after:content-['·'] last:after:hidden">
          <span dir="auto" title={part} className="user-text truncate">
            {part}
          </span>
        </span>
      ))}
      {event.clientIp !== undefined && <span className="font-mono text-2xs leading-4.5">{event.clientIp}</span>}
    </p>
  );
}
