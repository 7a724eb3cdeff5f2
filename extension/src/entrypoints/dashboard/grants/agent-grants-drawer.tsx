// What an agent may use, and until when.

import type { AgentSummary, GrantSummary } from '@keytrail/shared/agent';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { trpc } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogBody, DialogFoot, Drawer } from '../../../ui/dialog.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { isEnded } from './ended.ts';
import { GrantRow } from './grant-row.tsx';

const text = strings.grants;

interface AgentGrantsDrawerProps {
  readonly agent: AgentSummary;
  readonly onAdd: () => void;
  readonly onClose: () => void;
  /** What else binds the agent, below its grants. */
  readonly children?: ReactNode;
}

/** Grants that hold first; ended ones folded away. */
export function AgentGrantsDrawer({ agent, onAdd, onClose, children }: AgentGrantsDrawerProps) {
  const grants = useQuery(trpc.grants.list.queryOptions({ agentId: agent.id }));
  return (
    <Drawer open onClose={onClose} title={text.title(agent.name)} description={text.description}>
      <DialogBody>
        <QueryState query={grants}>{(data) => <Grants grants={data} />}</QueryState>
        {children}
      </DialogBody>
      <DialogFoot>
        <Button variant="primary" onClick={onAdd}>
          <Plus aria-hidden />
          {text.add}
        </Button>
      </DialogFoot>
    </Drawer>
  );
}

function Grants({ grants }: { readonly grants: readonly GrantSummary[] }) {
  const nowMs = Date.now();
  const holding = grants.filter((grant) => !isEnded(grant, nowMs));
  const ended = grants.filter((grant) => isEnded(grant, nowMs));
  return (
    <>
      {holding.length === 0 ? <p className="text-pretty text-mute">{text.none}</p> : <Rows grants={holding} />}
      {ended.length > 0 && (
        <details>
          <summary className="mb-2 rounded-sm text-xs font-medium text-mute select-none hover:text-ink">
            {text.ended(ended.length)}
          </summary>
          <Rows grants={ended} />
        </details>
      )}
    </>
  );
}

function Rows({ grants }: { readonly grants: readonly GrantSummary[] }) {
  return (
    <ul className="rounded-lg border border-line">
      {grants.map((grant) => (
        <GrantRow key={grant.id} grant={grant}>
          <span dir="auto" className="user-text truncate" title={grant.label}>
            {grant.label}
          </span>
          <ServiceBadge service={grant.service} className="max-w-28 shrink-0" />
        </GrantRow>
      ))}
    </ul>
  );
}
