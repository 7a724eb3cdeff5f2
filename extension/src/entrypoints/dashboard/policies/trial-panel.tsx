// Beside the editor: what the policy, as it stands there, would do to one request, or would have done to the log.

import type { PolicySummary, PolicyTarget } from '@keytrail/shared/policy';
import { useRef } from 'react';
import { Choice } from '../../../ui/choice.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { useAgents } from '../use-vault-data.ts';
import { ExplainPanel } from './explain-panel.tsx';
import { type Trial, trials } from './policies-search.ts';
import type { PolicyValue } from './policy-draft.ts';
import { ReplayPanel } from './replay-panel.tsx';

const text = strings.policies.test;
const options = trials.map((value) => ({ value, label: text[value] }));

interface TrialPanelProps {
  /** Null for a policy that is not stored yet. */
  readonly policyId: string | null;
  /** Undefined while something is wrong with it. */
  readonly policy: PolicyValue | undefined;
  readonly users: PolicySummary['usedBy'] | undefined;
  readonly trial: Trial;
  readonly onTrial: (trial: Trial) => void;
}

export function TrialPanel({ policyId, policy, users = [], trial, onTrial }: TrialPanelProps) {
  const finished = useLastDefined(policy);
  const agents = useAgents().data ?? [];
  // An agent without a grant is refused whatever its policies say.
  const granted = agents.filter(({ activeGrants }) => activeGrants > 0).map(({ id }) => id);
  const attached = users.filter(({ kind }) => kind === 'agent').map(({ id }) => id);
  const idOf = (wanted: PolicyTarget['kind']) => users.find(({ kind }) => kind === wanted)?.id;
  const agentId = attached.find((id) => granted.includes(id)) ?? attached[0];
  const given = {
    agentId,
    credentialId: idOf('credential'),
    proxyId: agentId === undefined && idOf('credential') === undefined ? idOf('proxy') : undefined,
  };
  return (
    <aside
      aria-label={text.title}
      className="flex min-w-0 flex-col gap-4 overflow-x-clip rounded-lg border border-line bg-panel px-4 py-3.5"
    >
      <header className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-md font-semibold">{text.title}</h2>
        <Choice quiet label={text.title} value={trial} options={options} onChange={onTrial} />
      </header>
      {policy === undefined && <Notice tone="info">{finished === undefined ? text.unfinished : text.before}</Notice>}
      {finished !== undefined && trial === 'explain' && (
        <ExplainPanel edited={{ id: policyId, policy: finished }} given={withoutUndefined(given)} />
      )}
      {finished !== undefined && trial === 'replay' && <ReplayPanel policy={finished} users={users} />}
    </aside>
  );
}

function withoutUndefined(given: Record<'agentId' | 'credentialId' | 'proxyId', string | undefined>): {
  agentId?: string;
  credentialId?: string;
  proxyId?: string;
} {
  return Object.fromEntries(Object.entries(given).filter(([, id]) => id !== undefined));
}

/** What was chosen to be tried stays while a rule is half typed. */
function useLastDefined<Value>(value: Value | undefined): Value | undefined {
  const last = useRef(value);
  if (value !== undefined) last.current = value;
  return last.current;
}
