// The audit log: every use, filtered by the address, live.

import type { AuditEvent } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { sendMessage } from '../../../lib/messages.ts';
import { toggle } from '../../../ui/filter-option.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { ActivityChart } from '../activity/activity-chart.tsx';
import {
  type AuditSearch,
  facetParams,
  fromRange,
  parseAuditSearch,
  toFilter,
  toRange,
} from '../audit/audit-search.ts';
import { CountLine } from '../audit/count-line.tsx';
import { EventLog } from '../audit/event-log.tsx';
import { FilterBar } from '../audit/filter-bar.tsx';
import { GroupMenu } from '../audit/group-menu.tsx';
import { GroupedLog } from '../audit/grouped-log.tsx';
import { LiveMark } from '../audit/live-mark.tsx';
import { OpenedEvent } from '../audit/opened-event.tsx';
import { useAuditEvents } from '../audit/use-audit-events.ts';
import { useFacets } from '../audit/use-facets.ts';
import { useKnownValues } from '../audit/use-known-values.ts';
import { ViewsMenu } from '../audit/views-menu.tsx';
import { ExportMenu } from '../export/export-menu.tsx';
import { PageHead } from '../page-head.tsx';
import { strings } from '../strings.ts';
import { useTitle } from '../use-title.ts';

const text = strings.audit;

/** Reload, back and a pasted link show the same view. */
export function AuditPage() {
  useTitle(text.title);
  const search = useSearch({ from: '/app/audit' });
  const filter = useFilter(search);
  const log = useAuditEvents(filter);
  const counts = useFacets(filter, log.newestSeq, log.offline);
  const known = useKnownValues();
  const range = toRange(search);
  const { patch, patchText, open, expand, clear } = useAddress(search.text !== undefined);
  const by = search.group === 'day' ? undefined : search.group;

  useEffect(() => {
    // The worker tells the status line; it learns of a change here first. None answers while the extension updates.
    if (log.offline) sendMessage('sync', {}).catch(() => undefined);
  }, [log.offline]);

  return (
    <>
      <PageHead title={text.title} subtitle={<CountLine counts={counts} range={range} />}>
        <LiveMark status={log.live} offline={log.offline} />
        <ViewsMenu search={search} />
        <ExportMenu filter={filter} />
      </PageHead>
      <FilterBar
        filter={filter}
        range={range}
        known={known}
        facets={counts.facets}
        onChange={(name, values) => patch({ [facetParams[name]]: values })}
        onTextChange={patchText}
        onRangeChange={(next) => patch(fromRange(next))}
        onClear={clear}
      >
        <GroupMenu grouping={search.group} onChange={(group) => patch({ group, expanded: undefined })} />
      </FilterBar>
      <ActivityChart
        filter={filter}
        range={range}
        onRangeChange={(next) => patch(fromRange(next))}
        newestSeq={log.newestSeq}
        offline={log.offline}
      />
      {by !== undefined && !log.offline && !counts.failed ? (
        <GroupedLog
          by={by}
          known={known}
          facets={counts.facets}
          filter={filter}
          search={search}
          onToggle={expand}
          onOpen={(event) => open(event, false)}
        />
      ) : (
        <>
          {by !== undefined && (
            <Notice tone="info">{log.offline ? strings.groups.away : strings.groups.uncounted}</Notice>
          )}
          <EventLog
            log={log}
            narrowed={!isUnfiltered(filter)}
            groupBy={search.group === 'day' ? 'day' : 'none'}
            openId={search.event}
            onOpen={(event) => open(event, false)}
            onClear={clear}
          />
        </>
      )}
      {search.event !== undefined && <OpenedEvent id={search.event} log={log} by={by} onOpen={open} />}
    </>
  );
}

/**
 * What changes the address, and with it the page.
 * @param hasText words are in it already, and typing goes on.
 */
function useAddress(hasText: boolean) {
  const navigate = useNavigate({ from: '/audit' });
  const change = (patch: Record<string, unknown>, replace: boolean) =>
    navigate({
      search: (current) => parseAuditSearch({ ...current, ...patch, event: undefined }),
      replace,
      resetScroll: false,
    });
  return {
    patch: (patch: Record<string, unknown>) => change(patch, false),
    /** Going back leaves the words as a whole, not letter by letter. */
    patchText: (words: string) => change({ text: words }, hasText && words !== ''),
    open: (event: AuditEvent | undefined, replace: boolean) =>
      navigate({ search: (current) => ({ ...current, event: event?.id }), replace, resetScroll: false }),
    expand: (value: string) =>
      navigate({
        search: (current) => parseAuditSearch({ ...current, expanded: toggle(current.expanded ?? [], value) }),
        replace: true,
        resetScroll: false,
      }),
    clear: () => navigate({ search: ({ group }) => ({ group }) }),
  };
}

/** The same filter object for the same address: a preset's start is fixed when it is chosen. */
function useFilter(search: AuditSearch) {
  const { event: _event, expanded: _expanded, view: _view, group: _group, ...kept } = search;
  const key = JSON.stringify(kept);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that the filter is made from.
  return useMemo(() => toFilter(search, Date.now()), [key]);
}
