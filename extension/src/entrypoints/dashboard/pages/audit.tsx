// The audit log: every use, filtered by the address, live.

import type { AuditEvent } from '@keytrail/shared/event';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { cachedFilterOptions } from '../../../lib/db.ts';
import { sendMessage } from '../../../lib/messages.ts';
import { EventFilterBar } from '../../../ui/event-filter.tsx';
import { type AuditSearch, fromChoices, fromRange, toChoices, toFilter, toRange } from '../audit/audit-search.ts';
import { EventDrawer } from '../audit/event-drawer.tsx';
import { EventLog } from '../audit/event-log.tsx';
import { LiveMark } from '../audit/live-mark.tsx';
import { useAuditEvents } from '../audit/use-audit-events.ts';
import { PageHead } from '../page-head.tsx';
import { strings } from '../strings.ts';
import { useTitle } from '../use-title.ts';
import { useAgents, useCredentials } from '../use-vault-data.ts';

const text = strings.audit;

/** Reload, back and a pasted link show the same view. */
export function AuditPage() {
  useTitle(text.title);
  const search = useSearch({ from: '/app/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const filter = useFilter(search);
  const log = useAuditEvents(filter);
  const options = useFilterOptions();
  const patch = (change: AuditSearch) =>
    navigate({ search: (current) => ({ ...current, ...change, event: undefined }) });
  const open = (event: AuditEvent | undefined, replace: boolean) =>
    navigate({ search: (current) => ({ ...current, event: event?.id }), replace, resetScroll: false });
  const clear = () => navigate({ search: {} });

  const index = log.events.findIndex(({ id }) => id === search.event);
  const opened = log.events[index];
  const newer = index > 0 ? log.events[index - 1] : undefined;
  const older = opened === undefined ? undefined : log.events[index + 1];

  useEffect(() => {
    // The worker tells the status line; it learns of a change here first. None answers while the extension updates.
    if (log.offline) sendMessage('sync', {}).catch(() => undefined);
  }, [log.offline]);

  return (
    <>
      <PageHead title={text.title} subtitle={text.subtitle}>
        <LiveMark status={log.live} offline={log.offline} />
      </PageHead>
      <EventFilterBar
        filter={toChoices(search)}
        onChange={(choices) => patch(fromChoices(choices))}
        range={toRange(search)}
        onRangeChange={(range) => patch(fromRange(range))}
        onClear={clear}
        options={options}
      />
      <EventLog
        log={log}
        narrowed={Object.keys(filter).length > 0}
        openId={search.event}
        onOpen={(event) => open(event, false)}
        onClear={clear}
      />
      {opened !== undefined && (
        <EventDrawer
          event={opened}
          onClose={() => open(undefined, true)}
          onNewer={newer && (() => open(newer, true))}
          onOlder={older && (() => open(older, true))}
        />
      )}
    </>
  );
}

/** The same filter object for the same address: a preset's start is fixed when it is chosen. */
function useFilter(search: AuditSearch) {
  const { types, sources, services, agents, from, to } = search;
  const key = JSON.stringify({ types, sources, services, agents, from, to });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that the filter is made from.
  return useMemo(() => toFilter(search, Date.now()), [key]);
}

/** What the cache has seen and what the vault has now. */
function useFilterOptions() {
  const cached = useQuery({ queryKey: ['audit', 'options'], queryFn: cachedFilterOptions });
  const credentials = useCredentials().data;
  const agents = useAgents().data;
  return useMemo(() => {
    const services = new Set([...(cached.data?.services ?? []), ...(credentials ?? []).map(({ service }) => service)]);
    const names = new Map((cached.data?.agents ?? []).map(({ id, name }) => [id, name]));
    for (const { id, name } of agents ?? []) names.set(id, name);
    return {
      services: [...services].sort((left, right) => left.localeCompare(right)),
      agents: [...names].map(([id, name]) => ({ id, name })).sort((left, right) => left.name.localeCompare(right.name)),
    };
  }, [cached.data, credentials, agents]);
}
