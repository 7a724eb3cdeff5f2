// The list of the log with all its states: loading, empty, no match, aged out, offline, failed, more above and below.

import type { AuditEvent } from '@keytrail/shared/event';
import { useMemo } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { toDayNumber } from '../../../ui/time.ts';
import { useUnfolded } from '../../../ui/use-unfolded.ts';
import { strings } from '../strings.ts';
import { type GroupBy, toDisplayRows } from './display-rows.ts';
import { FreshPill } from './fresh-pill.tsx';
import { LogFoot } from './log-foot.tsx';
import { LogTable } from './log-table.tsx';
import { Nothing } from './nothing.tsx';
import type { AuditEvents } from './use-audit-events.ts';

interface EventLogProps {
  readonly log: AuditEvents;
  /** A filter is on. */
  readonly narrowed: boolean;
  /** Heads for the days, in the reader's zone. */
  readonly groupBy: GroupBy;
  readonly openId: string | undefined;
  readonly onOpen: (event: AuditEvent) => void;
  readonly onClear: () => void;
}

/** What is there always shows, whatever else went wrong. */
export function EventLog({ log, narrowed, openId, onOpen, onClear, groupBy }: EventLogProps) {
  const [unfolded, toggle] = useUnfolded();
  const rows = useMemo(
    () => toDisplayRows(log.events, { unfolded, groupBy, cachedFrom: log.cachedFrom, toDay: toDayNumber }),
    [log.events, unfolded, groupBy, log.cachedFrom],
  );
  const retry = (
    <Button size="small" onClick={log.retry}>
      {strings.retry}
    </Button>
  );
  const goToHead = async () => {
    if (!log.atHead) await log.window.goToHead();
    // At once: rows that are measured on a smooth way would stop it.
    scrollTo({ top: 0, behavior: 'instant' });
  };
  return (
    <>
      {log.offline && (
        <Notice tone="warn" action={retry}>
          {strings.audit.offline}
        </Notice>
      )}
      {log.failure !== undefined && (
        <Notice tone="bad" action={retry}>
          {log.failure.sentence}
        </Notice>
      )}
      {rows.length > 0 ? (
        <>
          <LogTable
            log={log}
            rows={rows}
            unfolded={unfolded.size > 0}
            openId={openId}
            onOpen={onOpen}
            onToggle={toggle}
            goToHead={goToHead}
          />
          <LogFoot log={log} />
          <FreshPill fresh={log.fresh} onGo={goToHead} />
        </>
      ) : (
        <Nothing log={log} narrowed={narrowed} onClear={onClear} />
      )}
    </>
  );
}
