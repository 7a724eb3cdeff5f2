// How the log is divided: by time alone, or into days, agents or services.

import { Check, ChevronDown, Layers } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { chipClasses } from '../../../ui/chip.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { menuItemClasses, overlayClasses } from '../../../ui/menu.tsx';
import { useLandmark } from '../../../ui/use-landmark.ts';
import { strings } from '../strings.ts';
import { type Grouping, groupings } from './audit-search.ts';

const text = strings.groups;
const choices = ['none', ...groupings] as const;

interface GroupMenuProps {
  readonly grouping: Grouping | undefined;
  readonly onChange: (grouping: Grouping | undefined) => void;
}

/** A choice of one; it is a way of looking and not a filter, so clearing the filters leaves it. */
export function GroupMenu({ grouping, onChange }: GroupMenuProps) {
  const landmark = useLandmark();
  const on = grouping !== undefined;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger aria-label={on ? text.by(text.names[grouping]) : text.label} className={chipClasses(on)}>
        <Layers aria-hidden className="-ms-0.5 size-3 shrink-0" />
        {on ? text.by(text.names[grouping]) : text.none}
        <ChevronDown aria-hidden className="-me-0.5 size-3 shrink-0" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={landmark}>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className={joinClasses(overlayClasses, 'min-w-40')}
        >
          <DropdownMenu.RadioGroup
            value={grouping ?? 'none'}
            onValueChange={(value) => onChange(groupings.find((known) => known === value))}
          >
            {choices.map((choice) => (
              <DropdownMenu.RadioItem key={choice} value={choice} className={menuItemClasses}>
                <span className="flex-1">{text.names[choice]}</span>
                <DropdownMenu.ItemIndicator>
                  <Check aria-hidden className="size-3.5" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
