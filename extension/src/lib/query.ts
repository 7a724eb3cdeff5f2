// TanStack Query over the API, for the dashboard: one client, one options proxy, always as the current session.

import type { AppRouter } from '@keytrail/server/trpc/root';
import { QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { createApi, toFailure } from './api.ts';
import { getSession } from './session.ts';

/** Only what may pass by itself is tried again. */
function shouldRetry(failures: number, error: unknown): boolean {
  const { kind } = toFailure(error);
  return (kind === 'offline' || kind === 'server') && failures < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // A server on this machine answers without a network, so the browser's opinion on being online does not count.
    queries: { networkMode: 'always', retry: shouldRetry, staleTime: 5_000 },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** The API as whoever is signed in at the time of each call. */
export const api = createApi(getSession);

/** Query and mutation options: `useQuery(trpc.credentials.list.queryOptions())`. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient });
