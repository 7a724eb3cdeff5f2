// Events as a table. Where the table's place gets narrow, columns give way to a line under the title.

import { type AuditEvent, eventSourceLabels } from '@keytrail/shared/event';
import { EventIcon } from './event-icon.tsx';
import type { EventListProps } from './event-list-props.ts';
import { EventTitle } from './event-title.tsx';
import { toActionWords, toClientWords, toDenialWords, toSubject } from './event-words.ts';
import { joinClasses } from './join-classes.ts';
import { RelativeTime } from './relative-time.tsx';
import { rowFocusClasses, toRowPress } from './row-press.ts';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';
import { useRowKeys } from './use-row-keys.ts';

/** From which width of the table's place a column shows. */
const shownFrom = {
  service: 'hidden @md:table-cell',
  source: 'hidden @4xl:table-cell',
  client: 'hidden @2xl:table-cell',
  ip: 'hidden @4xl:table-cell',
  reason: 'hidden @4xl:table-cell',
} as const;

const headCell = 'border-b border-line px-2.5 py-1.75 text-xs font-medium text-faint not-last:text-start last:text-end';
const cell = 'border-b border-hairline px-2.5 py-1.5 align-middle text-mute';

/** The wide form of `EventList`. */
export function EventTable({ events, onOpen, openId, freshIds }: Omit<EventListProps, 'compact'>) {
  const { listProps, toRowProps } = useRowKeys(events.map((event) => event.id));
  return (
    <div className="@container overflow-clip rounded-lg border border-line bg-panel">
      <table className="w-full table-fixed border-separate border-spacing-0">
        <caption className="sr-only">{strings.eventList.label}</caption>
        <TableHead />
        <tbody className="[&>tr:last-child>td]:border-b-0" {...listProps}>
          {events.map((event) => (
            <EventRow
              key={event.id}
              event={event}
              open={openId === event.id}
              fresh={freshIds?.has(event.id) ?? false}
              onOpen={onOpen}
              rowProps={toRowProps(event.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TableHead() {
  const { columns } = strings.eventList;
  return (
    <thead>
      <tr>
        <th scope="col" className={headCell}>
          {columns.event}
        </th>
        <th scope="col" className={joinClasses(headCell, shownFrom.service, 'w-32')}>
          {columns.service}
        </th>
        <th scope="col" className={joinClasses(headCell, shownFrom.source, 'w-24')}>
          {columns.source}
        </th>
        <th scope="col" className={joinClasses(headCell, shownFrom.client, 'w-26')}>
          {columns.client}
        </th>
        <th scope="col" className={joinClasses(headCell, shownFrom.ip, 'w-33')}>
          {columns.ip}
        </th>
        <th scope="col" className={joinClasses(headCell, shownFrom.reason, 'w-[23%]')}>
          {columns.reason}
        </th>
        <th scope="col" className={joinClasses(headCell, 'w-22')}>
          {columns.when}
        </th>
      </tr>
    </thead>
  );
}

interface EventRowProps {
  readonly event: AuditEvent;
  readonly open: boolean;
  readonly fresh: boolean;
  readonly onOpen: EventListProps['onOpen'];
  readonly rowProps: { 'data-row': string; tabIndex: 0 | -1 };
}

function EventRow({ event, open, fresh, onOpen, rowProps }: EventRowProps) {
  const client = toClientWords(event);
  return (
    <tr
      onClick={toRowPress(onOpen && (() => onOpen(event)))}
      className={joinClasses(
        rowFocusClasses,
        onOpen !== undefined && 'cursor-pointer hover:bg-canvas',
        open && 'bg-accent-soft hover:bg-accent-soft',
        fresh && 'animate-highlight',
      )}
    >
      <td className={cell}>
        <div className="flex min-w-0 items-center gap-2.25">
          <EventIcon type={event.type} small />
          <div className="min-w-0 flex-1">
            <div className="flex min-w-0 items-baseline gap-1.5">
              <EventTitle event={event} onOpen={onOpen} rowProps={rowProps} className="max-w-full flex-none text-ink" />
              <Subject event={event} />
            </div>
            <NarrowMeta event={event} client={client} />
          </div>
        </div>
      </td>
      <td className={joinClasses(cell, shownFrom.service)}>
        {event.service !== undefined && <ServiceBadge service={event.service} className="max-w-full" />}
      </td>
      <Text className={shownFrom.source}>{eventSourceLabels[event.source]}</Text>
      <Text className={shownFrom.client}>{client ?? strings.eventList.none}</Text>
      <Text className={joinClasses(shownFrom.ip, 'font-mono text-xs')}>{event.clientIp ?? strings.eventList.none}</Text>
      <td className={joinClasses(cell, shownFrom.reason, 'text-xs')}>
        <Reason event={event} />
      </td>
      <td className={joinClasses(cell, 'text-end')}>
        <RelativeTime at={event.recordedAt} tabIndex={rowProps.tabIndex} />
      </td>
    </tr>
  );
}

/** Gives way before the title does. */
function Subject({ event }: { readonly event: AuditEvent }) {
  // Titles of changes say what was done; a use is told by how it was made.
  const done = event.type === 'secret_access' ? toActionWords(event) : null;
  const subject = [done, toSubject(event)].filter((part) => part !== null).join(' ');
  if (subject === '') return null;
  return (
    <span dir="auto" title={subject} className="user-text min-w-0 flex-1 truncate text-xs">
      {subject}
    </span>
  );
}

function Text({ className, children }: { readonly className: string; readonly children: string }) {
  return (
    <td className={joinClasses(cell, className)}>
      <span dir="auto" title={children} className="user-text block truncate">
        {children}
      </span>
    </td>
  );
}

/** The denial in words with its rule's code, or the reason that the agent stated. */
function Reason({ event }: { readonly event: AuditEvent }) {
  const denial = toDenialWords(event);
  if (denial !== null) {
    return (
      <span title={denial} className="block text-red">
        <span className="line-clamp-2">{denial}</span>
        <code className="font-mono text-2xs">{event.rule}</code>
      </span>
    );
  }
  if (event.reason === undefined) return null;
  return (
    <span dir="auto" title={event.reason} className="user-text line-clamp-2">
      {event.reason}
    </span>
  );
}

/** What the hidden columns hold, for narrow places. */
function NarrowMeta({ event, client }: { readonly event: AuditEvent; readonly client: string | null }) {
  const denial = toDenialWords(event);
  return (
    <div className="min-w-0 text-xs @4xl:hidden">
      <p className="overflow-hidden text-ellipsis">
        {event.service !== undefined && (
          <span className="@md:hidden">
            <bdi className="inline-block max-w-40 truncate align-bottom">{event.service}</bdi>
            {' · '}
          </span>
        )}
        {eventSourceLabels[event.source]}
        {client !== null && (
          <span className="@2xl:hidden">
            {' · '}
            <bdi className="inline-block max-w-40 truncate align-bottom">{client}</bdi>
          </span>
        )}
        {event.clientIp !== undefined && (
          <>
            {' · '}
            <span className="font-mono text-2xs">{event.clientIp}</span>
          </>
        )}
      </p>
      {denial !== null && (
        <p className="text-red">
          {denial} <code className="font-mono text-2xs">{event.rule}</code>
        </p>
      )}
    </div>
  );
}
