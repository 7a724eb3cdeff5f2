// The details of the event that the address names, or why they cannot be shown.

import type { AuditEvent } from '@keytrail/shared/event';
import { FileQuestion, History } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { DialogBody, Drawer } from '../../../ui/dialog.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';
import { EventDrawer } from './event-drawer.tsx';
import { type Direction, findNeighbour, toMintedMs } from './find-event.ts';
import { findRowButton } from './find-row-button.ts';
import { groupMembers, type ValueGrouping } from './to-groups.ts';
import type { AuditEvents } from './use-audit-events.ts';
import { useOldestEvent } from './use-oldest-event.ts';
import { useOpenEvent } from './use-open-event.ts';

const text = strings.event;

interface OpenedEventProps {
  readonly id: string;
  readonly log: AuditEvents;
  /** How the list is divided: newer and older are those of the event's own group. */
  readonly by: ValueGrouping | undefined;
  /** Undefined closes it; `replace` keeps the way back as it was. */
  readonly onOpen: (event: AuditEvent | undefined, replace: boolean) => void;
}

/** A drawer over the log. */
export function OpenedEvent({ id, log, by, onOpen }: OpenedEventProps) {
  const opened = useOpenEvent(id, log.events);
  const close = () => onOpen(undefined, true);
  if (opened.status === 'found') return <Found event={opened.event} log={log} by={by} onOpen={onOpen} />;
  return (
    <Drawer open onClose={close} title={text.title} returnTo={findRowButton}>
      <DialogBody>
        {opened.status === 'looking' && <SkeletonRows rows={8} label={strings.loading} />}
        {opened.status === 'missing' && <Missing id={id} />}
        {opened.status === 'failed' && (
          <Notice
            tone="bad"
            action={
              <Button size="small" onClick={opened.retry}>
                {strings.retry}
              </Button>
            }
          >
            {opened.failure.sentence}
          </Notice>
        )}
      </DialogBody>
    </Drawer>
  );
}

function Found({ event, log, by, onOpen }: Omit<OpenedEventProps, 'id'> & { readonly event: AuditEvent }) {
  const { events, filter } = toNeighbours(event, log, by);
  const { end, toStep } = useSteps(event, { events, filter }, (next) => onOpen(next, true));
  const index = events.indexOf(event);
  const isNewest = end === 'newer' || (index === 0 && log.atHead);
  const isOldest = end === 'older' || (index >= 0 && index === events.length - 1 && log.atEnd);
  return (
    <EventDrawer
      event={event}
      onClose={() => onOpen(undefined, true)}
      onNewer={isNewest ? undefined : toStep('newer')}
      onOlder={isOldest ? undefined : toStep('older')}
      onOpen={(next) => onOpen(next, false)}
    />
  );
}

type Neighbours = Pick<AuditEvents, 'events' | 'filter'>;

/** Of a group the list shows a few; the others are asked for by the filter that means the group. */
function toNeighbours(event: AuditEvent, log: AuditEvents, by: ValueGrouping | undefined): Neighbours {
  const value = by === undefined ? undefined : { agent: event.agentId, service: event.service }[by];
  return by === undefined || value === undefined
    ? log
    : { events: [], filter: { ...log.filter, [groupMembers[by]]: [value] } };
}

/** Steps to the neighbours, by way of the server where the list does not hold them. */
function useSteps(event: AuditEvent, log: Neighbours, open: (event: AuditEvent) => void) {
  const [end, setEnd] = useState<{ readonly id: string; readonly direction: Direction }>();
  const toStep = (direction: Direction) => () => {
    const index = log.events.indexOf(event);
    const listed = index < 0 ? undefined : log.events[index + (direction === 'newer' ? -1 : 1)];
    if (listed !== undefined) return open(listed);
    findNeighbour(log.filter, event, direction).then(
      (found) => (found === undefined ? setEnd({ id: event.id, direction }) : open(found)),
      // The list says what is wrong with the server; a further press tries again.
      () => undefined,
    );
  };
  return { end: end?.id === event.id ? end.direction : undefined, toStep };
}

/** It has aged out, or never was. */
function Missing({ id }: { readonly id: string }) {
  const oldest = useOldestEvent(true).data;
  const hasAgedOut = oldest != null && oldest.seq > 0 && toMintedMs(id) < Date.parse(oldest.recordedAt);
  const words: ReactNode = hasAgedOut ? text.agedOutBody(toFullTime(oldest.recordedAt)) : text.missingBody;
  return (
    <Empty icon={hasAgedOut ? History : FileQuestion} title={hasAgedOut ? text.agedOutTitle : text.missingTitle}>
      <p>{words}</p>
    </Empty>
  );
}
