// One agent: who it is, how it stands, and what can be done with it.

import type { AgentSummary, ConnectionSummary } from '@keytrail/shared/agent';
import { Link } from '@tanstack/react-router';
import { Bot, KeyRound, List, ShieldX } from 'lucide-react';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { AgentFacts } from './agent-facts.tsx';
import { type AgentAction, AgentMenu } from './agent-menu.tsx';
import { useAgentStatus } from './use-agent-status.ts';

const text = strings.agents;

/** What a card asks the page to open. */
export type CardAction = Exclude<AgentAction, 'suspend' | 'resume'> | 'endOldKeys' | 'grants';

interface AgentCardProps {
  readonly agent: AgentSummary;
  /** Refusals of the last seven days; undefined while they are not counted. */
  readonly denials: number | undefined;
  readonly onAction: (action: CardAction) => void;
  readonly onDisconnect: (connection: ConnectionSummary) => void;
}

/** A card of the agents page. */
export function AgentCard({ agent, denials, onAction, onDisconnect }: AgentCardProps) {
  const active = agent.status === 'active';
  const status = useAgentStatus(agent);
  return (
    <li aria-labelledby={`agent-${agent.id}`} className="flex flex-col rounded-lg border border-line bg-panel">
      <div className="flex items-start gap-2.5 px-3.5 pt-3.5">
        <span
          aria-hidden
          className={joinClasses(
            'grid size-8 shrink-0 place-items-center rounded-md',
            active ? 'bg-blue-soft text-blue' : 'bg-sunken text-mute',
          )}
        >
          <Bot className="size-4.5" />
        </span>
        <div className="min-w-0 flex-1">
          <div className="flex min-w-0 items-center gap-2">
            <h2
              id={`agent-${agent.id}`}
              dir="auto"
              title={agent.name}
              className="user-text truncate text-md font-semibold"
            >
              {agent.name}
            </h2>
            <Pill tone={active ? 'good' : 'warn'}>{active ? text.active : text.suspended}</Pill>
          </div>
          <p dir="auto" title={agent.description} className="user-text line-clamp-2 text-mute">
            {agent.description}
          </p>
        </div>
        <AgentMenu
          agent={agent}
          onAction={(action) =>
            action === 'suspend' || action === 'resume' ? void status.set(action) : onAction(action)
          }
        />
      </div>
      <AgentFacts
        agent={agent}
        denials={denials}
        onEndOldKeys={() => onAction('endOldKeys')}
        onDisconnect={onDisconnect}
      />
      {status.failure !== undefined && (
        <Notice tone="bad" className="mx-3.5 mb-3">
          {status.failure.sentence}
        </Notice>
      )}
      <Links agent={agent} onGrants={() => onAction('grants')} />
    </li>
  );
}

function Links({ agent, onGrants }: { readonly agent: AgentSummary; readonly onGrants: () => void }) {
  return (
    <div className="mt-auto flex flex-wrap gap-2 border-t border-hairline px-3.5 py-2.5">
      <Button size="small" onClick={onGrants}>
        <KeyRound aria-hidden />
        {text.manage}
      </Button>
      <Link to="/audit" search={activityOf.agent(agent.id)} className={toButtonClasses({ size: 'small' })}>
        <List aria-hidden />
        {text.activity}
      </Link>
      <Link to="/audit" search={activityOf.denials(agent.id)} className={toButtonClasses({ size: 'small' })}>
        <ShieldX aria-hidden />
        {text.denialsOf}
      </Link>
    </div>
  );
}
