// The title of an event in a list, as a button where its details can be opened.

import type { AuditEvent } from '@keytrail/shared/event';
import type { EventListProps } from './event-list-props.ts';
import { toEventName } from './event-name.ts';
import { joinClasses } from './join-classes.ts';

interface EventTitleProps {
  readonly event: AuditEvent;
  readonly onOpen: EventListProps['onOpen'];
  /** What makes it the row's place in the keyboard's order. */
  readonly rowProps: { 'data-row': string; tabIndex: 0 | -1 };
  readonly className: string;
}

/** Opens by the row's own press handling: a button, so that keyboard and screen reader find it. */
export function EventTitle({ event, onOpen, rowProps, className }: EventTitleProps) {
  const shared = {
    ...rowProps,
    dir: 'auto',
    title: event.title,
    className: joinClasses('user-text truncate font-medium outline-none', className),
  } as const;
  if (onOpen === undefined) return <span {...shared}>{event.title}</span>;
  return (
    <button type="button" {...shared} aria-label={toEventName(event)}>
      {event.title}
    </button>
  );
}
