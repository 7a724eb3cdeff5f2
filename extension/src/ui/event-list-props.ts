// What a list of events is given.

import type { AuditEvent } from '@keytrail/shared/event';

export interface EventListProps {
  readonly events: readonly AuditEvent[];
  /** Makes rows buttons. */
  readonly onOpen?: ((event: AuditEvent) => void) | undefined;
  /** The row whose details are open. */
  readonly openId?: string | undefined;
  /** Rows that have just arrived; they light up once. */
  readonly freshIds?: ReadonlySet<string> | undefined;
}
