// Every field of one event, what belongs to it, and the event as JSON.

import { type AuditEvent, eventTypeLabels } from '@keytrail/shared/event';
import { ChevronDown, ChevronUp } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { DialogBody, DialogFoot, Drawer } from '../../../ui/dialog.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Detail, Details, Section } from '../detail.tsx';
import { strings } from '../strings.ts';
import { drawField } from './event-fields.tsx';
import { sections } from './event-sections.ts';
import { findRowButton } from './find-row-button.ts';
import { MoreLikeThis } from './more-like-this.tsx';
import { RelatedEvents } from './related-events.tsx';

const text = strings.event;

interface EventDrawerProps {
  readonly event: AuditEvent;
  readonly onClose: () => void;
  /** Absent at the newest event. */
  readonly onNewer: (() => void) | undefined;
  /** Absent at the oldest event. */
  readonly onOlder: (() => void) | undefined;
  readonly onOpen: (event: AuditEvent) => void;
}

/** Opens over the log; Up and Down go to the neighbours. */
export function EventDrawer({ event, onClose, onNewer, onOlder, onOpen }: EventDrawerProps) {
  const keys: Record<string, (() => void) | undefined> = { ArrowUp: onNewer, ArrowDown: onOlder };
  const onKeyDown = (pressed: KeyboardEvent<HTMLElement>) => {
    const step = keys[pressed.key];
    if (step === undefined || pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
    pressed.preventDefault();
    step();
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title={event.title}
      returnTo={findRowButton}
      onKeyDown={onKeyDown}
      description={
        <span>
          {eventTypeLabels[event.type]} · <RelativeTime at={event.recordedAt} />
        </span>
      }
      actions={
        <>
          <IconButton icon={ChevronUp} label={text.newer} disabled={onNewer === undefined} onClick={onNewer} />
          <IconButton icon={ChevronDown} label={text.older} disabled={onOlder === undefined} onClick={onOlder} />
        </>
      }
    >
      <DialogBody className="gap-6">
        {sections.map(({ title, fields }) => {
          const shown = fields.filter((name) => event[name] !== undefined);
          if (shown.length === 0) return null;
          return (
            <Section key={title} title={title}>
              <Details>
                {shown.map((name) => (
                  <Detail key={name} name={text.fields[name]}>
                    <span className="flex min-w-0 items-baseline gap-1">
                      <span className="min-w-0">{drawField(event, name)}</span>
                      <MoreLikeThis event={event} name={name} />
                    </span>
                  </Detail>
                ))}
              </Details>
            </Section>
          );
        })}
        <RelatedEvents event={event} onOpen={onOpen} />
      </DialogBody>
      <DialogFoot>
        <CopyButton text={JSON.stringify(event, null, 2)} size="medium">
          {text.copy}
        </CopyButton>
      </DialogFoot>
    </Drawer>
  );
}
