// Whether new events arrive by themselves.

import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import type { LiveEvents } from './use-live-events.ts';

interface LiveMarkProps {
  readonly status: LiveEvents['status'];
  readonly offline: boolean;
}

/** A dot and a word. */
export function LiveMark({ status, offline }: LiveMarkProps) {
  const live = status === 'live' && !offline;
  const away = offline || status === 'away';
  const words = live ? strings.audit.live : away ? strings.status.offline : strings.audit.connecting;
  return (
    <span role="status" className="flex items-center gap-1.5 text-xs text-mute">
      <span
        aria-hidden
        className={joinClasses('size-1.75 rounded-full', live ? 'bg-green' : away ? 'bg-amber' : 'bg-control')}
      />
      {words}
    </span>
  );
}
