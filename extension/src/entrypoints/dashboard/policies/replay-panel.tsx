// The policy as it stands in the editor, held against what the log has of the last weeks.

import type { PolicySummary, PolicyTarget } from '@keytrail/shared/policy';
import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { api, trpc } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { FilterSearchMenu } from '../../../ui/filter-search-menu.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { strings } from '../strings.ts';
import { useAgents, useCredentials, useProxies } from '../use-vault-data.ts';
import type { PolicyValue } from './policy-draft.ts';
import { type ReplayDays, type ReplayInput, replayDays } from './replay.ts';
import { ReplayResult } from './replay-result.tsx';

const text = strings.policies.replayPanel;
const dayOptions = replayDays.map((value) => ({ value, label: text.daysOptions[value] }));

interface ReplayPanelProps {
  readonly policy: PolicyValue;
  /** What the policy is attached to: what the replay begins with. */
  readonly users: PolicySummary['usedBy'];
}

/** Runs when asked: going through 90 days costs the server more than an answer to every key press is worth. */
export function ReplayPanel({ policy, users }: ReplayPanelProps) {
  const [targets, setTargets] = useState<readonly PolicyTarget[]>(() => users.map(({ kind, id }) => ({ kind, id })));
  const [days, setDays] = useState<ReplayDays>('90');
  const [asked, setAsked] = useState<ReplayInput>();
  const input: ReplayInput = { policy, targets: [...targets], days: Number(days) };
  const query = useQuery({
    queryKey: [...trpc.policies.replay.queryKey(), asked],
    queryFn: ({ signal }) => (asked === undefined ? null : api.policies.replay.query(asked, { signal })),
    enabled: asked !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const stale = asked !== undefined && JSON.stringify(asked) !== JSON.stringify(input);

  function run() {
    if (stale || asked === undefined) setAsked(input);
    else void query.refetch();
  }

  return (
    <div className="flex min-w-0 flex-col gap-4">
      <p className="text-pretty text-mute">{text.lead}</p>
      <Targets targets={targets} onChange={setTargets} />
      <Choice label={text.days} value={days} options={dayOptions} onChange={setDays} />
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={targets.length === 0} pending={query.isFetching} onClick={run}>
          <History aria-hidden />
          {asked === undefined ? text.run : text.again}
        </Button>
        {targets.length === 0 && <p className="text-xs text-mute">{text.chooseTargets}</p>}
        {stale && !query.isFetching && <p className="text-xs text-amber">{text.stale}</p>}
      </div>
      {query.error !== null && !query.isFetching && <Notice tone="bad">{toFailure(query.error).sentence}</Notice>}
      {query.isFetching && !query.data && <SkeletonRows rows={4} label={text.running} />}
      {query.data && (
        <div className={joinClasses('transition-opacity', (stale || query.isFetching) && 'opacity-60')}>
          <ReplayResult result={query.data} />
        </div>
      )}
    </div>
  );
}

interface TargetsProps {
  readonly targets: readonly PolicyTarget[];
  readonly onChange: (targets: readonly PolicyTarget[]) => void;
}

function Targets({ targets, onChange }: TargetsProps) {
  const agents = useAgents().data ?? [];
  const credentials = useCredentials().data ?? [];
  const proxies = useProxies().data ?? [];
  const idsOf = (kind: PolicyTarget['kind']) => targets.filter((target) => target.kind === kind).map(({ id }) => id);
  const put = (kind: PolicyTarget['kind']) => (ids: readonly string[]) =>
    onChange([...targets.filter((target) => target.kind !== kind), ...ids.map((id) => ({ kind, id }))]);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="text-xs font-medium">{text.over}</span>
      <div className="flex min-w-0 flex-wrap gap-1.5">
        <FilterSearchMenu
          name={text.agents}
          none={text.noAgents}
          options={agents.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={idsOf('agent')}
          onChange={put('agent')}
        />
        <FilterSearchMenu
          name={text.credentials}
          none={text.noCredentials}
          options={credentials.map(({ id, label, service }) => ({ value: id, label, detail: service }))}
          chosen={idsOf('credential')}
          onChange={put('credential')}
        />
        <FilterSearchMenu
          name={text.proxies}
          none={text.noProxies}
          options={proxies.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={idsOf('proxy')}
          onChange={put('proxy')}
        />
      </div>
      <p className="text-xs text-mute">{text.overHint}</p>
    </div>
  );
}
