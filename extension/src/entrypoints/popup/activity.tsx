// Recent activity: the cached events that pass the filters, live, without the network.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { CloudOff, ListFilter, ScrollText } from 'lucide-react';
import { useLayoutEffect, useState } from 'react';
import { openDashboard, toAuditSearch, toDashboardUrl } from '../../lib/dashboard-link.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { EventCards } from '../../ui/event-cards.tsx';
import { EventFilterBar } from '../../ui/event-filter.tsx';
import { Notice } from '../../ui/notice.tsx';
import { keepFilter } from './kept-filter.ts';
import { Section } from './section.tsx';
import { pageSize, type Start } from './start.ts';
import { popupStrings } from './strings.ts';
import { type Progress, useActivity } from './use-activity.ts';

/** The section with its filters. */
export function Activity({ start }: { readonly start: Start }) {
  const [filter, setFilter] = useState(start.filter);
  const [limit, setLimit] = useState(pageSize);
  const { events, freshIds, options, progress } = useActivity(filter, limit, start);
  useLayoutEffect(markFirstFrame, []);
  const accountId = start.record.account?.accountId;
  const change = (next: EventFilter) => {
    setFilter(next);
    setLimit(pageSize);
    if (accountId !== undefined) void keepFilter(accountId, next);
  };
  return (
    <Section title={popupStrings.activity} aside={<LogLink filter={filter} />}>
      <div className="sticky top-0 z-10 -mx-3.5 -mt-1.5 bg-canvas px-3.5 pt-1.5 pb-2" data-filters>
        <EventFilterBar filter={filter} onChange={change} options={options} />
      </div>
      <Unseen count={start.unseenDenials} filter={filter} onShow={() => change(denials)} />
      {events.length > 0 ? (
        <EventCards events={events} freshIds={freshIds} onOpen={(event) => openEvent(event, filter)} />
      ) : (
        <Nothing filter={filter} progress={progress} onClear={() => change({})} />
      )}
      {events.length === limit && (
        <Button variant="ghost" size="small" className="mt-1.5 w-full" onClick={() => setLimit(limit + pageSize)}>
          {popupStrings.older}
        </Button>
      )}
    </Section>
  );
}

/** The frame that first shows the list, as the bench of the popup reads it. */
function markFirstFrame() {
  const frame = requestAnimationFrame(() => performance.mark('activity-shown'));
  return () => cancelAnimationFrame(frame);
}

const denials: EventFilter = { types: ['policy_denied'] };

interface UnseenProps {
  readonly count: number;
  readonly filter: EventFilter;
  readonly onShow: () => void;
}

/** What the badge on the toolbar counted, and the way to it. */
function Unseen({ count, filter, onShow }: UnseenProps) {
  if (count === 0 || showsAllDenials(filter)) return null;
  const show = (
    <Button size="small" onClick={onShow}>
      {popupStrings.showUnseen}
    </Button>
  );
  return (
    <Notice tone="warn" className="mb-2" action={show}>
      {popupStrings.unseen(count)}
    </Notice>
  );
}

/** Under any other filter, some of them may not be among the rows. */
function showsAllDenials({ types, ...others }: EventFilter): boolean {
  return types?.includes('policy_denied') === true && isUnfiltered(others);
}

function LogLink({ filter }: { readonly filter: EventFilter }) {
  return (
    <a
      href={toDashboardUrl('/audit', toAuditSearch(filter))}
      onClick={(event) => {
        event.preventDefault();
        void openDashboard('/audit', toAuditSearch(filter)).then(() => window.close());
      }}
      className="shrink-0 rounded-sm text-xs text-accent hover:underline"
    >
      {popupStrings.openLog}
    </a>
  );
}

function openEvent(event: AuditEvent, filter: EventFilter): void {
  void openDashboard('/audit', toAuditSearch(filter, event.id)).then(() => window.close());
}

interface NothingProps {
  readonly filter: EventFilter;
  readonly progress: Progress;
  readonly onClear: () => void;
}

function Nothing({ filter, progress, onClear }: NothingProps) {
  if (progress === 'first_sync') {
    return (
      <p role="status" className="py-10 text-center text-mute">
        {popupStrings.loading}
      </p>
    );
  }
  if (!isUnfiltered(filter)) {
    return (
      <Empty icon={ListFilter} title={popupStrings.noMatch.title}>
        {popupStrings.noMatch.sentence}
        <Button size="small" onClick={onClear}>
          {popupStrings.noMatch.action}
        </Button>
      </Empty>
    );
  }
  if (progress === 'never_synced') {
    return (
      <Empty icon={CloudOff} title={popupStrings.never.title}>
        {popupStrings.never.sentence}
      </Empty>
    );
  }
  return (
    <Empty icon={ScrollText} title={popupStrings.none.title}>
      {popupStrings.none.sentence}
      <Button size="small" onClick={() => void openDashboard('/vault').then(() => window.close())}>
        {popupStrings.none.action}
      </Button>
    </Empty>
  );
}
