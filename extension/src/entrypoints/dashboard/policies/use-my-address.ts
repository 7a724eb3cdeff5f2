// The address that the server sees this person at, from what it last recorded of them.

import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../../lib/query.ts';

/** Null where it is not known; undefined while the server is asked. */
export function useMyAddress(): string | null | undefined {
  const newest = useQuery(
    trpc.audit.list.queryOptions(
      { filter: { sources: ['direct'], clients: ['browser'] }, limit: 1 },
      { staleTime: 60_000, retry: false },
    ),
  );
  return newest.isPending ? undefined : (newest.data?.events[0]?.clientIp ?? null);
}
