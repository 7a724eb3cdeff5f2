// The menu from which a rule is added: each type with a line about it.

import { type RuleType, ruleTypes } from '@keytrail/shared/policy';
import { Plus } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { strings } from '../strings.ts';
import { ruleIcons } from './rule-icons.ts';

const text = strings.policies;

interface AddRuleMenuProps {
  readonly onAdd: (type: RuleType) => void;
  /** The menu has closed; preventing the event keeps the focus from going back to the button. */
  readonly onClosed: (event: Event) => void;
}

export function AddRuleMenu({ onAdd, onClosed }: AddRuleMenuProps) {
  return (
    <Menu
      align="start"
      onClosed={onClosed}
      trigger={
        <Button data-add-rule>
          <Plus aria-hidden />
          {text.editor.addRule}
        </Button>
      }
    >
      {ruleTypes.map((type) => (
        <MenuItem key={type} icon={ruleIcons[type]} onSelect={() => onAdd(type)}>
          <span className="flex max-w-80 min-w-0 flex-col">
            <span className="font-medium">{text.rules[type].name}</span>
            <span className="text-xs text-pretty text-mute">{text.rules[type].hint}</span>
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}
