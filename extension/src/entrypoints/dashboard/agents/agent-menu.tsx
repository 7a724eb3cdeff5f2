// What can be done with an agent, under the button at the head of its card.

import type { AgentSummary } from '@keytrail/shared/agent';
import { CirclePause, CirclePlay, Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react';
import { IconButton } from '../../../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { strings } from '../strings.ts';

const text = strings.agents;

/** `suspend` and `resume` are done at once, the others open something. */
export type AgentAction = 'edit' | 'rotate' | 'suspend' | 'resume' | 'remove';

interface AgentMenuProps {
  readonly agent: AgentSummary;
  readonly onAction: (action: AgentAction) => void;
}

/** Its last entry is the one that cannot be taken back. */
export function AgentMenu({ agent, onAction }: AgentMenuProps) {
  const toItem = (action: AgentAction) => () => onAction(action);
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={strings.more(agent.name)} className="-me-1.5" />}>
      <MenuItem icon={Pencil} onSelect={toItem('edit')}>
        {text.edit}
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={toItem('rotate')}>
        {agent.keys.length === 0 ? text.makeKey : text.rotate}
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
