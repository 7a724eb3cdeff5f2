// One agent: who it is, how it stands, and what can be done with it.

import type { AgentSummary } from '@keytrail/shared/agent';
import { Link } from '@tanstack/react-router';
import { Bot, CirclePause, CirclePlay, Ellipsis, KeyRound, List, Pencil, Trash2 } from 'lucide-react';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';

const text = strings.agents;

export type AgentAction = 'edit' | 'rotate' | 'suspend' | 'resume' | 'remove' | 'grants';

interface AgentCardProps {
  readonly agent: AgentSummary;
  readonly onAction: (action: AgentAction) => void;
}

/** A card of the agents page. */
export function AgentCard({ agent, onAction }: AgentCardProps) {
  const active = agent.status === 'active';
  return (
    <li className="flex flex-col rounded-lg border border-line bg-panel">
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
            <h2 dir="auto" title={agent.name} className="user-text truncate text-md font-semibold">
              {agent.name}
            </h2>
            <Pill tone={active ? 'good' : 'warn'}>{active ? text.active : text.suspended}</Pill>
          </div>
          <p dir="auto" className="user-text line-clamp-2 text-mute">
            {agent.description}
          </p>
        </div>
        <ActionMenu agent={agent} onAction={onAction} />
      </div>
      <Facts agent={agent} />
      <div className="mt-auto flex flex-wrap gap-2 border-t border-hairline px-3.5 py-2.5">
        <Button size="small" onClick={() => onAction('grants')}>
          <KeyRound aria-hidden />
          {text.manage}
        </Button>
        <Link to="/audit" search={activityOf.agent(agent.id)} className={toButtonClasses({ size: 'small' })}>
          <List aria-hidden />
          {text.activity}
        </Link>
      </div>
    </li>
  );
}

function Facts({ agent }: { readonly agent: AgentSummary }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 px-3.5 py-3 text-xs [&_dt]:text-mute">
      <dt>{text.key}</dt>
      <dd className="truncate font-mono text-2xs leading-4.5">
        {agent.keyHint === null ? text.noKey : text.keyHint(agent.keyHint)}
      </dd>
      <dt>{text.grants}</dt>
      <dd>{text.grantCount(agent.activeGrants)}</dd>
      <dt>{text.used}</dt>
      <dd>{agent.lastUsedAt === null ? strings.never : <RelativeTime at={agent.lastUsedAt} />}</dd>
    </dl>
  );
}

function ActionMenu({ agent, onAction }: AgentCardProps) {
  const toItem = (action: AgentAction) => () => onAction(action);
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={strings.more(agent.name)} className="-me-1.5" />}>
      <MenuItem icon={Pencil} onSelect={toItem('edit')}>
        {text.edit}
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={toItem('rotate')}>
        {text.rotate}
      </MenuItem>
      {agent.status === 'active' ? (
        <MenuItem icon={CirclePause} onSelect={toItem('suspend')}>
          {text.suspend}
        </MenuItem>
      ) : (
        <MenuItem icon={CirclePlay} onSelect={toItem('resume')}>
          {text.resume}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem icon={Trash2} danger onSelect={toItem('remove')}>
        {text.remove}
      </MenuItem>
    </Menu>
  );
}
