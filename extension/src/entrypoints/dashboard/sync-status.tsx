// Whether this browser has what the server has; stands at the foot of the navigation.

import { useLiveQuery } from 'dexie-react-hooks';
import { CircleCheck, CloudOff, RefreshCw, TriangleAlert } from 'lucide-react';
import { readCacheState } from '../../lib/cache.ts';
import { joinClasses } from '../../ui/join-classes.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { strings } from './strings.ts';

/** Follows the cache's own account of its last sync. */
export function SyncStatus() {
  const state = useLiveQuery(readCacheState);
  const { icon: Icon, ink, words } = toFace(state);
  return (
    <div role="status" className="flex shrink-0 flex-col px-2 text-xs text-mute md:py-1">
      <span title={state?.lastError?.sentence} className={joinClasses('flex items-center gap-1.5', ink)}>
        <Icon aria-hidden className="size-3.5 shrink-0" />
        <span className="max-md:sr-only">{words}</span>
      </span>
      {state?.lastSyncAt != null && (
        <span className="ps-5 max-md:hidden">
          {state.lastError != null && `${strings.status.lastSync} `}
          <RelativeTime at={state.lastSyncAt} />
        </span>
      )}
    </div>
  );
}

function toFace(state: Awaited<ReturnType<typeof readCacheState>> | undefined) {
  if (state?.lastError?.kind === 'offline') return { icon: CloudOff, ink: 'text-amber', words: strings.status.offline };
  if (state?.lastError != null) return { icon: TriangleAlert, ink: 'text-red', words: strings.status.failing };
  if (state?.lastSyncAt != null) return { icon: CircleCheck, ink: 'text-green', words: strings.status.synced };
  return { icon: RefreshCw, ink: 'text-mute', words: strings.status.syncing };
}
