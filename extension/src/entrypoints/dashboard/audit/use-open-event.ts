// The event whose details the address names: from the list where it is there, else by its id.

import type { AuditEvent } from '@keytrail/shared/event';
import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../../lib/api.ts';
import type { Failure } from '../../../lib/failure.ts';
import { findEvent } from './find-event.ts';

export type OpenedEvent =
  | { readonly status: 'found'; readonly event: AuditEvent }
  | { readonly status: 'looking' }
  /** The log does not hold it. */
  | { readonly status: 'missing' }
  | { readonly status: 'failed'; readonly failure: Failure; readonly retry: () => void };

/** What is known of the event that an address names. */
export function useOpenEvent(id: string, listed: readonly AuditEvent[]): OpenedEvent {
  const known = listed.find((event) => event.id === id);
  const query = useQuery({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) => findEvent(id, signal),
    enabled: known === undefined,
    // Events do not change.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const event = known ?? query.data;
  if (event !== undefined && event !== null) return { status: 'found', event };
  if (query.error !== null) {
    return { status: 'failed', failure: toFailure(query.error), retry: () => void query.refetch() };
  }
  return { status: event === null ? 'missing' : 'looking' };
}
