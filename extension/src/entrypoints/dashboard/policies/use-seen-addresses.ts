// The addresses from which agents came, most frequent first.

import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../../lib/query.ts';

const none: readonly string[] = [];

/** Empty while they are not known. */
export function useSeenAddresses(): readonly string[] {
  const counts = useQuery(
    trpc.audit.facets.queryOptions({ filter: { sources: ['agent'] } }, { staleTime: 60_000, retry: false }),
  );
  return counts.data?.values.ips.map(({ value }) => value) ?? none;
}
