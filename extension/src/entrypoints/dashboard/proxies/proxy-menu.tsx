// What can be done with a proxy, under the button at the head of its card.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { CirclePause, CirclePlay, Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react';
import { IconButton } from '../../../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { strings } from '../strings.ts';

const text = strings.proxies;

/** `switch` is done at once, the others open something. */
export type ProxyAction = 'edit' | 'rotate' | 'switch' | 'remove';

interface ProxyMenuProps {
  readonly proxy: ProxySummary;
  readonly onAction: (action: ProxyAction) => void;
}

/** Its last entry is the one that cannot be taken back. */
export function ProxyMenu({ proxy, onAction }: ProxyMenuProps) {
  const toItem = (action: ProxyAction) => () => onAction(action);
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={strings.more(proxy.name)} className="-me-1.5" />}>
      <MenuItem icon={Pencil} onSelect={toItem('edit')}>
        {text.edit}
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={toItem('rotate')}>
        {text.rotate}
      </MenuItem>
      <MenuItem icon={proxy.enabled ? CirclePause : CirclePlay} onSelect={toItem('switch')}>
        {proxy.enabled ? text.switchOff : text.switchOn}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={Trash2} danger onSelect={toItem('remove')}>
        {text.remove}
      </MenuItem>
    </Menu>
  );
}
