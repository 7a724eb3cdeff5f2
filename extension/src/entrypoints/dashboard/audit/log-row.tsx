// A row of the log: an event, or a run of alike ones as one.

import { type AuditEvent, eventSourceLabels } from '@keytrail/shared/event';
import { memo } from 'react';
import { isCallOrAnswer, toRowDeed } from '../../../ui/deed-words.ts';
import { EventIcon } from '../../../ui/event-icon.tsx';
import { EventTitle } from '../../../ui/event-title.tsx';
import { toClientWords, toSubject } from '../../../ui/event-words.ts';
import { FoldButton } from '../../../ui/fold-button.tsx';
import type { EventRow } from '../../../ui/fold-rows.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { rowFocusClasses, toRowPress } from '../../../ui/row-press.ts';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings } from '../../../ui/strings.ts';
import { placedClasses, shownFrom, trackClasses } from './log-columns.ts';
import { NarrowMeta, Reason } from './log-row-words.tsx';

const cell = 'min-w-0 px-2.5 text-mute';

interface LogRowProps {
  readonly row: EventRow;
  /** Where in the table's body it lies; absent in a table that draws all of its rows. */
  readonly topPx?: number | undefined;
  readonly index?: number | undefined;
  readonly rowIndex?: number | undefined;
  /** Where Tab enters the list. */
  readonly current: boolean;
  readonly open: boolean;
  readonly fresh: boolean;
  readonly onOpen: (event: AuditEvent) => void;
  readonly onToggle?: ((row: EventRow) => void) | undefined;
  readonly measure?: ((element: HTMLElement | null) => void) | undefined;
}

/** Drawn anew only when something of it changes: a page of rows goes by many times a second. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { row, onOpen } = props;
  const { event } = row;
  const tabIndex = props.current ? 0 : -1;
  const client = toClientWords(event);
  return (
    <tr
      ref={props.measure}
      data-index={props.index}
      aria-rowindex={props.rowIndex}
      onClick={toRowPress(() => onOpen(event))}
      style={props.topPx === undefined ? undefined : { transform: `translateY(${props.topPx}px)` }}
      className={joinClasses(
        props.topPx !== undefined && placedClasses,
        trackClasses,
        rowFocusClasses,
        'min-h-10 cursor-pointer items-center border-b border-hairline py-1.5 hover:bg-canvas',
        props.open && 'bg-accent-soft hover:bg-accent-soft',
        props.fresh && 'fresh-wash',
      )}
    >
      <td className={cell}>
        <div
          className={joinClasses(
            'flex min-w-0 items-center gap-2.25',
            (row.place === 'member' || row.place === 'last') && 'ms-3 border-s-2 border-line ps-3',
          )}
        >
          <EventIcon type={event.type} small />
          <div className="min-w-0 flex-1">
            <div className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 gap-y-0.5">
              <EventTitle
                event={event}
                onOpen={onOpen}
                rowProps={{ 'data-row': event.id, tabIndex }}
                className="max-w-full flex-none text-ink"
              />
              <FoldButton row={row} tabIndex={tabIndex} onToggle={props.onToggle} />
              <Subject row={row} />
            </div>
            <NarrowMeta row={row} client={client} />
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
        <Reason row={row} />
      </td>
      <td className={joinClasses(cell, 'text-end')}>
        <RelativeTime at={event.recordedAt} tabIndex={tabIndex} />
      </td>
    </tr>
  );
}, isSameRow);

/** Rows are laid out anew with every page; what counts is what they show. */
function isSameRow(before: LogRowProps, after: LogRowProps): boolean {
  const { row: old, ...others } = before;
  const { row, ...rest } = after;
  return (
    row.key === old.key &&
    row.event === old.event &&
    row.place === old.place &&
    row.fold.length === old.fold.length &&
    (Object.keys(rest) as (keyof typeof rest)[]).every((name) => rest[name] === others[name])
  );
}

/** Gives way before the title does; what was called takes a line of its own instead. */
function Subject({ row }: { readonly row: EventRow }) {
  const subject = toSubjectWords(row);
  if (subject === '') return null;
  return (
    <span
      dir="auto"
      title={subject}
      className={joinClasses(
        'user-text min-w-0 truncate text-xs',
        isCallOrAnswer(row.event) ? 'max-w-full flex-auto' : 'flex-1',
      )}
    >
      {subject}
    </span>
  );
}

function toSubjectWords(row: EventRow): string {
  const { event, place } = row;
  const isCall = isCallOrAnswer(event);
  // Beside the number of times there is no room for more than what was called.
  if (place === 'folded' || place === 'first') return isCall ? (toRowDeed(row) ?? '') : '';
  const parts = [toRowDeed(row), toSubject(event)].filter((part) => part !== null);
  return parts.join(isCall ? ', ' : ' ');
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
