// Asks before what nobody can take back: an agent deleted, an old key or a client's connection ended.

import type { AgentSummary, ConnectionSummary } from '@keytrail/shared/agent';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, trpc } from '../../../lib/query.ts';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { isEnded } from '../grants/ended.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import type { AgentOverlay } from './agent-overlay.ts';
import { OldKeyEnd } from './old-key-end.tsx';

const text = strings.agents;

interface AgentConfirmProps {
  readonly asked: Asked;
  readonly onOverlay: (overlay: AgentOverlay | undefined) => void;
}

interface Asked {
  readonly title: string;
  readonly body: ReactNode;
  readonly action: string;
  readonly perform: () => Promise<unknown>;
  readonly done: string;
}

/** Stays open, with the reason, when the server refuses. */
export function AgentConfirm({ asked, onOverlay }: AgentConfirmProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function confirm() {
    await submit(async () => {
      await asked.perform();
      onOverlay(undefined);
      toast(asked.done);
      void refresh.grants();
    });
  }

  return (
    <ConfirmDialog
      open
      title={asked.title}
      action={asked.action}
      pending={pending}
      error={failure?.sentence}
      onConfirm={confirm}
      onClose={() => onOverlay(undefined)}
    >
      {asked.body}
    </ConfirmDialog>
  );
}

export function toRemoval(agent: AgentSummary): Asked {
  return {
    title: text.removeTitle(agent.name),
    body: <Along agent={agent} />,
    action: text.remove,
    perform: () => api.agents.remove.mutate({ id: agent.id }),
    done: text.removed(agent.name),
  };
}

export function toOldKeyEnd(agent: AgentSummary): Asked {
  const old = agent.keys.find(({ endsAt }) => endsAt !== null);
  return {
    title: text.endOldTitle(old?.hint ?? ''),
    body: <OldKeyEnd name={agent.name} old={old} />,
    action: text.endOld,
    perform: () => api.agents.endOldKeys.mutate({ id: agent.id }),
    done: text.oldEnded,
  };
}

export function toDisconnection(agent: AgentSummary, { id, clientName }: ConnectionSummary): Asked {
  return {
    title: text.disconnectTitle(clientName),
    body: text.disconnectBody(agent.name),
    action: text.disconnect,
    perform: () => api.agents.endConnection.mutate({ id: agent.id, connectionId: id }),
    done: text.disconnected(clientName),
  };
}

/** What goes with a deleted agent, by name. */
function Along({ agent }: { readonly agent: AgentSummary }) {
  const grants = useQuery(trpc.grants.list.queryOptions({ agentId: agent.id }));
  const holding = grants.data?.filter((grant) => !isEnded(grant, Date.now())) ?? [];
  return (
    <>
      <p>{text.removeBody}</p>
      <p className="mt-2">{text.removeAlong}</p>
      <ul className="ms-4 list-disc text-ink">
        {agent.keys.length > 0 && (
          <li>
            {text.keyCount(agent.keys.length)}
            <span className="font-mono text-2xs"> {agent.keys.map(({ hint }) => `…${hint}`).join(' ')}</span>
          </li>
        )}
        {agent.connections.length > 0 && (
          <li>
            {text.connectionCount(agent.connections.length)}
            {': '}
            <span dir="auto" className="user-text line-clamp-3">
              {agent.connections.map(({ clientName }) => clientName).join(', ')}
            </span>
          </li>
        )}
        {agent.activeGrants > 0 && (
          <li>
            {text.grantCount(agent.activeGrants)}
            {holding.length > 0 && (
              <>
                {': '}
                <span dir="auto" className="user-text line-clamp-3">
                  {holding.map(({ service, label }) => `${label} (${service})`).join(', ')}
                </span>
              </>
            )}
          </li>
        )}
      </ul>
    </>
  );
}
