// A filter with many values: a chip, and under it a list that can be searched, or typed into where any value will do.

import { Popover } from 'radix-ui';
import { useState } from 'react';
import { FilterChip } from './filter-chip.tsx';
import { type FilterOption, toChosenWords } from './filter-option.tsx';
import { type FilterEntry, FilterPicker, moveAmongOptions } from './filter-picker.tsx';
import { FilterTriggerFace, filterTriggerClasses } from './filter-trigger.tsx';
import { joinClasses } from './join-classes.ts';
import { overlayClasses } from './menu.tsx';
import { strings } from './strings.ts';
import { useLandmark } from './use-landmark.ts';

export interface FilterSearchMenuProps {
  readonly name: string;
  readonly options: readonly FilterOption<string>[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
  /** Said when there is nothing to choose from. */
  readonly none: string;
  /** Said under the values, such as that there are more. */
  readonly note?: string | undefined;
  readonly entry?: FilterEntry | undefined;
  /** Opens as soon as it is there. */
  readonly startsOpen?: boolean | undefined;
  readonly onOpen?: (() => void) | undefined;
  /** The choices were closed; the focus is about to return to the chip. */
  readonly onClosed?: (() => void) | undefined;
}

/** A multi-select; it stays open while values are ticked. */
export function FilterSearchMenu(props: FilterSearchMenuProps) {
  const landmark = useLandmark();
  const { name, options, chosen, onChange, startsOpen = false, onOpen, onClosed } = props;
  const [open, setOpen] = useState(startsOpen);
  const show = (next: boolean) => {
    setOpen(next);
    if (next) onOpen?.();
  };
  const active = chosen.length > 0;
  const words = active ? strings.eventFilter.active(name, toChosenWords(options, chosen)) : undefined;
  return (
    <FilterChip name={name} active={active} onRemove={() => onChange([])}>
      <Popover.Root open={open} onOpenChange={show}>
        <Popover.Trigger aria-label={words ?? strings.eventFilter.menu(name)} className={filterTriggerClasses(active)}>
          <FilterTriggerFace words={words ?? name} active={active} />
        </Popover.Trigger>
        <Popover.Portal container={landmark}>
          <Popover.Content
            align="start"
            sideOffset={4}
            collisionPadding={8}
            aria-label={name}
            onKeyDown={moveAmongOptions}
            onCloseAutoFocus={() => onClosed?.()}
            className={joinClasses(
              overlayClasses,
              'flex max-h-[min(22rem,var(--radix-popover-content-available-height))] w-72 flex-col',
            )}
          >
            <FilterPicker {...props} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </FilterChip>
  );
}
