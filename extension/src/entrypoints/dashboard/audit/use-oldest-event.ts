// How far back the log reaches: what is older has aged out, or never was.

import { useQuery } from '@tanstack/react-query';
import { api } from '../../../lib/query.ts';

/** The oldest event that the log holds, null for an empty one; asked for where it matters, once a visit. */
export function useOldestEvent(enabled: boolean) {
  return useQuery({
    queryKey: ['audit', 'oldest'],
    queryFn: async ({ signal }) => {
      const { events } = await api.audit.list.query({ after: '1970-01-01T00:00:00.000000Z', limit: 1 }, { signal });
      return events[0] ?? null;
    },
    enabled,
    staleTime: 60_000,
  });
}
