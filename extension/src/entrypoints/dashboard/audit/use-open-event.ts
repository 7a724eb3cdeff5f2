// The event whose details the address names: from the list where it is there, else by its id.

import type { AuditEvent } from '@keytrail/shared/event';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../../lib/query.ts';

/** Undefined while none is named, while it is on its way, and when the log does not hold it. */
export function useOpenEvent(id: string | undefined, listed: readonly AuditEvent[]): AuditEvent | undefined {
  const known = listed.find((event) => event.id === id);
  const query = useQuery({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) => (id === undefined ? null : api.audit.get.query({ id }, { signal })),
    enabled: id !== undefined && known === undefined,
    // Events do not change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return known ?? (id === undefined ? undefined : (query.data ?? undefined));
}
