// What the log shows when it has no row to show: on its way, empty, no match, or aged out.

import { FilterX, History, ListTree } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';
import type { AuditEvents } from './use-audit-events.ts';
import { useOldestEvent } from './use-oldest-event.ts';

const text = strings.audit;

interface NothingProps {
  readonly log: AuditEvents;
  readonly narrowed: boolean;
  readonly onClear: () => void;
}

/** In place of the table. */
export function Nothing({ log, narrowed, onClear }: NothingProps) {
  const { to } = log.filter;
  const oldest = useOldestEvent(to !== undefined && !log.loading).data;
  if (log.loading) return <SkeletonRows rows={10} label={strings.loading} />;
  // Below the failure that stands above it: that there is nothing cannot be known.
  if (log.answeredBy !== 'server' && !log.offline) return null;
  if (to !== undefined && oldest != null && Date.parse(to) <= Date.parse(oldest.recordedAt)) {
    const [title, body] =
      oldest.seq === 0 ? [text.beforeTitle, text.beforeBody] : [text.agedOutTitle, text.agedOutBody];
    return (
      <Framed>
        <Empty icon={History} title={title}>
          <p>{body(toFullTime(oldest.recordedAt))}</p>
          <Button onClick={onClear}>{text.clear}</Button>
        </Empty>
      </Framed>
    );
  }
  return (
    <Framed>
      {narrowed ? (
        <Empty icon={FilterX} title={text.noMatchTitle}>
          <p>{log.offline ? text.noMatchOffline : text.noMatchBody}</p>
          <Button onClick={onClear}>{text.clear}</Button>
        </Empty>
      ) : (
        <Empty icon={ListTree} title={log.offline ? text.emptyOfflineTitle : text.emptyTitle}>
          <p>{log.offline ? text.emptyOfflineBody : text.emptyBody}</p>
        </Empty>
      )}
    </Framed>
  );
}

function Framed({ children }: { readonly children: ReactNode }) {
  return <div className="rounded-lg border border-line bg-panel">{children}</div>;
}
