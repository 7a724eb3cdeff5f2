// Events as cards for a narrow place: what happened, to what, why not, from where, when.

import { useMemo } from 'react';
import { CardMeta, Trouble } from './card-words.tsx';
import { EventDrawings, EventIcon } from './event-icon.tsx';
import type { EventListProps } from './event-list-props.ts';
import { EventTitle } from './event-title.tsx';
import { FoldButton } from './fold-button.tsx';
import { foldEvents, getOldest } from './fold-events.ts';
import { toFoldKeys } from './fold-keys.ts';
import { type EventRow, toEventRows } from './fold-rows.ts';
import { joinClasses } from './join-classes.ts';
import { RelativeTime } from './relative-time.tsx';
import { rowFocusClasses, toRowPress } from './row-press.ts';
import { ServiceBadge } from './service-badge.tsx';
import { StatedReason } from './stated-reason.tsx';
import { strings } from './strings.ts';
import { useRowKeys } from './use-row-keys.ts';
import { useUnfolded } from './use-unfolded.ts';

/**
 * Rows in the order given, alike neighbours as one. Up, Down, Home and End move between them, Right and Left open and
 * close what is folded.
 */
export function EventCards({ events, onOpen, openId, freshIds }: EventListProps) {
  const [unfolded, toggle] = useUnfolded();
  const rows = useMemo(() => foldEvents(events).flatMap((fold) => toEventRows(fold, unfolded)), [events, unfolded]);
  const { listProps, toRowProps } = useRowKeys(rows.map(({ event }) => event.id));
  const onFoldKey = toFoldKeys(rows, toggle);
  return (
    <>
      <EventDrawings />
      <ul
        aria-label={strings.eventList.label}
        className="overflow-hidden rounded-lg border border-line bg-panel"
        {...listProps}
        onKeyDown={(event) => {
          listProps.onKeyDown(event);
          onFoldKey(event);
        }}
      >
        {rows.map((row) => (
          <EventCard
            key={toCardKey(row)}
            row={row}
            rowProps={toRowProps(row.event.id)}
            onOpen={onOpen}
            onToggle={toggle}
            open={openId === row.event.id}
            fresh={row.place === 'folded' ? row.fold.some(({ id }) => freshIds?.has(id)) : freshIds?.has(row.event.id)}
          />
        ))}
      </ul>
    </>
  );
}

/** The head of a fold stays the same element while the fold opens and closes: it may have the focus. */
function toCardKey({ fold, place, key }: EventRow): string | number {
  return place === 'first' ? `fold ${getOldest(fold).seq}` : key;
}

interface EventCardProps {
  readonly row: EventRow;
  readonly rowProps: { 'data-row': string; tabIndex: 0 | -1 };
  readonly onOpen: EventListProps['onOpen'];
  readonly onToggle: (row: EventRow) => void;
  readonly open: boolean;
  readonly fresh: boolean | undefined;
}

function EventCard({ row, rowProps, onOpen, onToggle, open, fresh }: EventCardProps) {
  const { event, place } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keyboards press the button inside, which bubbles here.
    <li
      onClick={toRowPress(onOpen && (() => onOpen(event)))}
      className={joinClasses(
        'offscreen-unpainted relative flex items-start gap-2.5 border-t border-hairline px-2.75 py-2.25 first:rounded-t-lg first:border-t-0 last:rounded-b-lg',
        rowFocusClasses,
        (place === 'member' || place === 'last') && 'ps-6',
        onOpen !== undefined && 'cursor-pointer hover:bg-canvas',
        open && 'bg-accent-soft',
        fresh && 'fresh-wash',
      )}
    >
      <EventIcon type={event.type} refers />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-1.5">
          <EventTitle event={event} onOpen={onOpen} rowProps={rowProps} className="max-w-3/4 shrink-0" />
          {event.service !== undefined && <ServiceBadge service={event.service} className="max-w-28" />}
        </div>
        <Trouble row={row} />
        <StatedReason row={row} className="text-xs text-mute" />
        <div className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
          <FoldButton row={row} tabIndex={rowProps.tabIndex} onToggle={onToggle} />
          <CardMeta row={row} />
        </div>
      </div>
      <RelativeTime at={event.recordedAt} tabIndex={rowProps.tabIndex} className="text-xs text-faint" />
    </li>
  );
}
