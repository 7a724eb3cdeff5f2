// A few events as a table, every row of them drawn.

import type { AuditEvent } from '@keytrail/shared/event';
import { strings } from '../../../ui/strings.ts';
import { useRowKeys } from '../../../ui/use-row-keys.ts';
import { LogHead } from './log-head.tsx';
import { LogRow } from './log-row.tsx';

interface EventRowsProps {
  readonly events: readonly AuditEvent[];
  readonly openId: string | undefined;
  readonly onOpen: (event: AuditEvent) => void;
}

/** Rows in the order given. Up, Down, Home and End move between them. */
export function EventRows({ events, openId, onOpen }: EventRowsProps) {
  const { listProps, toRowProps } = useRowKeys(events.map(({ id }) => id));
  return (
    <div className="@container overflow-clip rounded-lg border border-line bg-panel">
      <table aria-label={strings.eventList.label} className="block">
        <LogHead />
        <tbody className="block [&>tr:last-child]:border-b-0" {...listProps}>
          {events.map((event) => (
            <LogRow
              key={event.id}
              row={{ kind: 'event', key: event.seq, event, fold: [event], place: 'alone' }}
              current={toRowProps(event.id).tabIndex === 0}
              open={openId === event.id}
              fresh={false}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
