// The menu with the filters that are not on and not among the first.

import type { FacetName } from '@keytrail/shared/event';
import { Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type Ref, useRef } from 'react';
import { chipClasses } from '../../../ui/chip.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { menuItemClasses, overlayClasses } from '../../../ui/menu.tsx';
import { useLandmark } from '../../../ui/use-landmark.ts';
import { strings } from '../strings.ts';

interface MoreFiltersProps {
  readonly names: readonly FacetName[];
  readonly onChoose: (name: FacetName) => void;
  readonly ref: Ref<HTMLButtonElement>;
}

/** Choosing one hands the focus to its own menu, which opens in the bar. */
export function MoreFilters({ names, onChoose, ref }: MoreFiltersProps) {
  const landmark = useLandmark();
  const chose = useRef(false);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger ref={ref} className={chipClasses(false)} disabled={names.length === 0}>
        <Plus aria-hidden className="-ms-0.5 size-3 shrink-0" />
        {strings.filters.more}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={landmark}>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (chose.current) event.preventDefault();
            chose.current = false;
          }}
          className={joinClasses(overlayClasses, 'min-w-40')}
        >
          {names.map((name) => (
            <DropdownMenu.Item
              key={name}
              onSelect={() => {
                chose.current = true;
                onChoose(name);
              }}
              className={menuItemClasses}
            >
              {strings.filters.names[name]}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
