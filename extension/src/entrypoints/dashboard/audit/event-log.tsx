// The list of the log with all its states: loading, empty, no match, offline, failed, older pages, new rows.

import type { AuditEvent } from '@keytrail/shared/event';
import { ArrowUp, FilterX, ListTree } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { EventList } from '../../../ui/event-list.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { strings } from '../strings.ts';
import type { AuditEvents } from './use-audit-events.ts';

const text = strings.audit;

interface EventLogProps {
  readonly log: AuditEvents;
  /** A filter is on. */
  readonly narrowed: boolean;
  /** Heads for the days, in the reader's zone. */
  readonly groupBy: 'none' | 'day';
  readonly openId: string | undefined;
  readonly onOpen: (event: AuditEvent) => void;
  readonly onClear: () => void;
}

/** What is there always shows, whatever else went wrong. */
export function EventLog({ log, narrowed, openId, onOpen, onClear }: EventLogProps) {
  const freshIds = useMemo(() => new Set(log.fresh.map(({ id }) => id)), [log.fresh]);
  const retry = (
    <Button size="small" onClick={log.retry}>
      {strings.retry}
    </Button>
  );
  return (
    <>
      {log.offline && (
        <Notice tone="warn" action={retry}>
          {text.offline}
        </Notice>
      )}
      {log.failure !== undefined && (
        <Notice tone="bad" action={retry}>
          {log.failure.sentence}
        </Notice>
      )}
      {log.events.length > 0 && (
        <>
          <EventList events={log.events} openId={openId} onOpen={onOpen} freshIds={freshIds} />
          <Older log={log} />
          <FreshPill count={log.fresh.length} />
        </>
      )}
      {log.events.length === 0 && <Nothing log={log} narrowed={narrowed} onClear={onClear} />}
    </>
  );
}

function Nothing({ log, narrowed, onClear }: Pick<EventLogProps, 'log' | 'narrowed' | 'onClear'>) {
  if (log.loading) return <SkeletonRows rows={10} label={strings.loading} />;
  return (
    <div className="rounded-lg border border-line bg-panel">
      {narrowed ? (
        <Empty icon={FilterX} title={text.noMatchTitle}>
          <p>{text.noMatchBody}</p>
          <Button onClick={onClear}>{text.clear}</Button>
        </Empty>
      ) : (
        <Empty icon={ListTree} title={text.emptyTitle}>
          <p>{text.emptyBody}</p>
        </Empty>
      )}
    </div>
  );
}

/** Loads the next page as the reader nears the end, and by a button for those who do not scroll. */
function Older({ log }: { readonly log: AuditEvents }) {
  const foot = useRef<HTMLDivElement>(null);
  const { hasOlder, loadingOlder, loadOlder } = log;
  const next = useRef(loadOlder);
  next.current = loadOlder;
  useEffect(() => {
    if (foot.current === null || !hasOlder || loadingOlder) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && next.current(), {
      rootMargin: '400px',
    });
    observer.observe(foot.current);
    return () => observer.disconnect();
  }, [hasOlder, loadingOlder]);
  return (
    <div ref={foot} className="flex justify-center py-2 text-xs text-mute">
      {hasOlder ? (
        <Button size="small" pending={loadingOlder} onClick={loadOlder}>
          {text.older}
        </Button>
      ) : (
        <p>{log.offline ? text.endOffline : text.end}</p>
      )}
    </div>
  );
}

/** Tells a reader who has scrolled away that the top has grown. */
function FreshPill({ count }: { readonly count: number }) {
  const [seen, setSeen] = useState(count);
  useEffect(() => {
    const onScroll = () => scrollY < 120 && setSeen(count);
    onScroll();
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [count]);
  if (count <= seen) return null;
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 top-16 z-20 flex justify-center md:top-4 md:ps-49"
    >
      <Button
        variant="primary"
        size="small"
        className="pointer-events-auto"
        onClick={() => scrollTo({ top: 0, behavior: 'smooth' })}
      >
        <ArrowUp aria-hidden />
        {text.fresh(count - seen)}
      </Button>
    </div>
  );
}
