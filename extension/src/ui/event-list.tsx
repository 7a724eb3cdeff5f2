// The list of events, the same in popup and dashboard: cards for a narrow place, a table for a wide one.

import type { AuditEvent } from '@keytrail/shared/event';
import { EventCards } from './event-cards.tsx';
import { EventTable } from './event-table.tsx';

export interface EventListProps {
  readonly events: readonly AuditEvent[];
  /** Cards as in the popup. */
  readonly compact?: boolean | undefined;
  /** Makes rows buttons. */
  readonly onOpen?: ((event: AuditEvent) => void) | undefined;
  /** The row whose details are open. */
  readonly openId?: string | undefined;
  /** Rows that have just arrived; they light up once. */
  readonly freshIds?: ReadonlySet<string> | undefined;
}

/** Rows in the order given. Up, Down, Home and End move between them. */
export function EventList({ compact = false, ...rest }: EventListProps) {
  return compact ? <EventCards {...rest} /> : <EventTable {...rest} />;
}
