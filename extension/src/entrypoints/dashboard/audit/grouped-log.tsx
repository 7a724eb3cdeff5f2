// The log by agent or by service: a row for each with its number of events; an open one shows its newest.

import { type AuditEvent, countedValuesMax, type EventFilter } from '@keytrail/shared/event';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { useId } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { api } from '../../../lib/query.ts';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { type AuditSearch, facetParams } from './audit-search.ts';
import { EventRows } from './event-rows.tsx';
import { countUngrouped, type Group, groupMembers, toGroups, type ValueGrouping } from './to-groups.ts';
import type { Facets } from './use-facets.ts';
import type { KnownValues } from './use-known-values.ts';

const text = strings.groups;
const newest = 10;

interface GroupedLogProps {
  readonly by: ValueGrouping;
  readonly known: KnownValues;
  /** Absent until the first count. */
  readonly facets: Facets | undefined;
  readonly filter: EventFilter;
  readonly search: AuditSearch;
  readonly onToggle: (value: string) => void;
  readonly onOpen: (event: AuditEvent) => void;
}

/** Groups are closed until they are asked for. */
export function GroupedLog({ by, known, facets, filter, search, onToggle, onOpen }: GroupedLogProps) {
  if (facets === undefined) return <SkeletonRows label={strings.loading} />;
  const groups = toGroups(by, filter, known[groupMembers[by]] ?? [], facets);
  if (groups.length === 0) {
    return <p className="rounded-lg border border-line bg-panel px-4 py-10 text-center text-mute">{text.empty[by]}</p>;
  }
  return (
    <>
      <ul
        aria-label={text.list(text.names[by])}
        className="overflow-clip rounded-lg border border-line bg-panel [&>li+li]:border-t [&>li+li]:border-hairline"
      >
        {groups.map((group) => (
          <GroupRow
            key={group.value}
            by={by}
            group={group}
            filter={filter}
            search={search}
            expanded={search.expanded?.includes(group.value) ?? false}
            onToggle={() => onToggle(group.value)}
            onOpen={onOpen}
          />
        ))}
        <Ungrouped by={by} count={countUngrouped(by, filter, facets)} />
      </ul>
      {facets.values[groupMembers[by]].length >= countedValuesMax && (
        <p className="text-center text-xs text-mute">{strings.filters.most(countedValuesMax)}</p>
      )}
    </>
  );
}

interface GroupRowProps extends Omit<GroupedLogProps, 'known' | 'facets' | 'onToggle'> {
  readonly group: Group;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}

function GroupRow({ group, expanded, onToggle, ...rest }: GroupRowProps) {
  const panelId = useId();
  return (
    <li>
      <button
        type="button"
        aria-expanded={expanded}
        aria-controls={expanded ? panelId : undefined}
        onClick={onToggle}
        className="flex w-full items-center gap-2 px-3 py-2 text-start -outline-offset-2 hover:bg-canvas"
      >
        <ChevronRight
          aria-hidden
          className={joinClasses(
            'size-4 shrink-0 text-mute transition-transform rtl:-scale-x-100',
            expanded && 'rotate-90',
          )}
        />
        <span dir="auto" className="user-text min-w-0 flex-1 truncate font-medium" title={group.label}>
          {group.label}
        </span>
        <span className="text-xs text-mute tabular-nums">{strings.audit.counted(group.count)}</span>
      </button>
      {expanded && (
        <div id={panelId} className="border-t border-hairline ps-6 [&>div]:rounded-none [&>div]:border-0">
          <GroupEvents group={group} {...rest} />
        </div>
      )}
    </li>
  );
}

/** The events that no group holds, as a line: a filter cannot ask for them, so there is nothing to open. */
function Ungrouped({ by, count }: { readonly by: ValueGrouping; readonly count: number }) {
  if (count === 0) return null;
  return (
    <li className="flex items-center gap-2 py-2 ps-9 pe-3 text-mute">
      <span className="min-w-0 flex-1 truncate">{shared.eventList.ungrouped[by]}</span>
      <span className="text-xs tabular-nums">{strings.audit.counted(count)}</span>
    </li>
  );
}

function GroupEvents({ by, group, filter, search, onOpen }: Omit<GroupRowProps, 'expanded' | 'onToggle'>) {
  const member = groupMembers[by];
  const own = { ...filter, [member]: [group.value] };
  const query = useQuery({
    // The count is part of the key: a group that grew is read again.
    queryKey: ['audit', 'group', own, group.count],
    queryFn: ({ signal }) => api.audit.list.query({ filter: own, limit: newest }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.error !== null) {
    return (
      <Notice
        tone="bad"
        action={
          <Button size="small" pending={query.isFetching} onClick={() => query.refetch()}>
            {strings.retry}
          </Button>
        }
      >
        {toFailure(query.error).sentence}
      </Notice>
    );
  }
  if (query.data === undefined) return <SkeletonRows rows={Math.min(newest, group.count)} label={strings.loading} />;
  return (
    <>
      <EventRows events={query.data.events} openId={search.event} onOpen={onOpen} />
      {group.count > query.data.events.length && (
        <Link
          to="/audit"
          search={{
            ...search,
            [facetParams[member]]: [group.value],
            group: undefined,
            expanded: undefined,
            event: undefined,
          }}
          className={joinClasses(toButtonClasses({ variant: 'ghost', size: 'small' }), 'm-1.5')}
        >
          {text.showAll(strings.audit.counted(group.count))}
        </Link>
      )}
    </>
  );
}
