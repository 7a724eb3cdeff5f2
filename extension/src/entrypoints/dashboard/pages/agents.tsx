// The agents: scripts and AI agents with keys of their own.

import type { AgentSummary } from '@keytrail/shared/agent';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { AgentCard } from '../agents/agent-card.tsx';
import type { AgentOverlay } from '../agents/agent-overlay.ts';
import { AgentOverlays } from '../agents/agent-overlays.tsx';
import { FirstAgent } from '../agents/first-agent.tsx';
import { PageHead } from '../page-head.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useTitle } from '../use-title.ts';
import { useAgents, useDenials } from '../use-vault-data.ts';

const text = strings.agents;

/** The agent whose grants are open is in the address. */
export function AgentsPage() {
  useTitle(text.title);
  const { open } = useSearch({ from: '/app/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const [overlay, setOverlay] = useState<AgentOverlay>();
  const agents = useAgents();
  const count = agents.data?.length ?? 0;
  const openGrants = (agentId: string | undefined) =>
    navigate({ search: { open: agentId }, replace: agentId === undefined });

  return (
    <>
      <PageHead title={text.title} subtitle={count > 0 ? text.subtitle(count) : undefined}>
        {/* Without any agent the page has a greater one. */}
        <Button
          variant={agents.data?.length === 0 ? 'secondary' : 'primary'}
          onClick={() => setOverlay({ kind: 'add' })}
        >
          <Plus aria-hidden />
          {text.add}
        </Button>
      </PageHead>
      <QueryState query={agents}>
        {(all) => (
          <Cards
            agents={all}
            onAdd={() => setOverlay({ kind: 'add' })}
            onOverlay={setOverlay}
            onGrants={(agent) => openGrants(agent.id)}
          />
        )}
      </QueryState>
      <AgentOverlays
        open={agents.data?.find(({ id }) => id === open)}
        overlay={overlay}
        onOverlay={setOverlay}
        onGrants={openGrants}
      />
    </>
  );
}

interface CardsProps {
  readonly agents: readonly AgentSummary[];
  readonly onAdd: () => void;
  readonly onOverlay: (overlay: AgentOverlay) => void;
  readonly onGrants: (agent: AgentSummary) => void;
}

function Cards({ agents, onAdd, onOverlay, onGrants }: CardsProps) {
  const denials = useDenials();
  if (agents.length === 0) return <FirstAgent onAdd={onAdd} />;
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(24rem,1fr))]">
      {agents.map((agent) => (
        <AgentCard
          key={agent.id}
          agent={agent}
          denials={denials && (denials.get(agent.id) ?? 0)}
          onAction={(action) => (action === 'grants' ? onGrants(agent) : onOverlay({ kind: action, agent }))}
          onDisconnect={(connection) => onOverlay({ kind: 'disconnect', agent, connection })}
        />
      ))}
    </ul>
  );
}
