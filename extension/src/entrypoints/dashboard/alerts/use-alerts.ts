// The alerts of the account, page by page, and what can be done with them.

import type { AlertMute, AlertSummary } from '@keytrail/shared/alert';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, trpc } from '../../../lib/query.ts';

/** In the place of the id behind which a page begins. */
const newest = '';

/**
 * Newest first.
 * @param version changes whenever there may be something new.
 */
export function useAlerts(version: number) {
  const query = useInfiniteQuery({
    queryKey: [...trpc.alerts.list.pathKey(), 'pages'],
    queryFn: ({ pageParam }) => api.alerts.list.query(pageParam === newest ? {} : { before: pageParam }),
    initialPageParam: newest,
    getNextPageParam: (page) => page.before,
  });
  const client = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for anew by the version.
  useEffect(() => {
    void client.invalidateQueries(trpc.alerts.list.pathFilter());
  }, [client, version]);
  return { query, alerts: query.data?.pages.flatMap((page): readonly AlertSummary[] => page.alerts) };
}

/** Marks, mutes and takes back; every list of alerts asks again afterwards. */
export function useAlertActions() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries(trpc.alerts.pathFilter());
  return {
    async markSeen(ids?: readonly string[]): Promise<void> {
      await api.alerts.markSeen.mutate(ids === undefined ? {} : { ids: [...ids] });
      await refresh();
    },
    async setMute(mute: AlertMute, muted: boolean): Promise<void> {
      await api.alerts.setMute.mutate({ ...mute, muted });
      await refresh();
    },
  };
}
