// The account's saved views, and what changes them.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, trpc } from '../../../lib/query.ts';
import type { SavedView } from './saved-views.ts';

/** Another device may have changed them: they are read anew whenever the window comes to the front. */
export function useSavedViews() {
  const client = useQueryClient();
  const query = useQuery(trpc.views.list.queryOptions());
  const refresh = () => client.invalidateQueries(trpc.views.pathFilter());
  return {
    views: query.data,
    error: query.error,
    refresh,
    /** A view of the same name is replaced. */
    save: async (name: string, search: string): Promise<SavedView> => {
      const saved = await api.views.save.mutate({ name, search });
      await refresh();
      return saved;
    },
    remove: async (id: string): Promise<void> => {
      await api.views.remove.mutate({ id });
      await refresh();
    },
  };
}
export type SavedViews = ReturnType<typeof useSavedViews>;
