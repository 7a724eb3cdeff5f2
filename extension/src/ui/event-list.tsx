// The list of events, the same in popup and dashboard: cards for a narrow place, a table for a wide one.

import { EventCards } from './event-cards.tsx';
import type { EventListProps } from './event-list-props.ts';
import { EventTable } from './event-table.tsx';

/** Rows in the order given. Up, Down, Home and End move between them. */
export function EventList({ compact = false, ...rest }: EventListProps) {
  return compact ? <EventCards {...rest} /> : <EventTable {...rest} />;
}
