// A filter with a few values: a chip and the menu in which they are ticked.

import { DropdownMenu } from 'radix-ui';
import { FilterChip } from './filter-chip.tsx';
import { type FilterOption, FilterOptionFace, toChosenWords, toggle } from './filter-option.tsx';
import { FilterTriggerFace, filterTriggerClasses } from './filter-trigger.tsx';
import { joinClasses } from './join-classes.ts';
import { menuItemClasses, overlayClasses } from './menu.tsx';
import { strings } from './strings.ts';
import { useLandmark } from './use-landmark.ts';

interface FilterMenuProps<Value extends string> {
  readonly name: string;
  readonly options: readonly FilterOption<Value>[];
  readonly chosen: readonly Value[];
  readonly onChange: (chosen: Value[]) => void;
  /** Said when there is nothing to choose from. */
  readonly none?: string;
}

/** A multi-select; the menu stays open while values are ticked. */
export function FilterMenu<Value extends string>({ name, options, chosen, onChange, none }: FilterMenuProps<Value>) {
  const landmark = useLandmark();
  const active = chosen.length > 0;
  const words = active ? strings.eventFilter.active(name, toChosenWords(options, chosen)) : undefined;
  return (
    <FilterChip name={name} active={active} onRemove={() => onChange([])}>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          aria-label={words ?? strings.eventFilter.menu(name)}
          className={filterTriggerClasses(active)}
        >
          <FilterTriggerFace words={words ?? name} active={active} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={landmark}>
          <DropdownMenu.Content
            align="start"
            sideOffset={4}
            collisionPadding={8}
            className={joinClasses(
              overlayClasses,
              'max-h-[min(20rem,var(--radix-dropdown-menu-content-available-height))] min-w-44 overflow-y-auto',
            )}
          >
            {options.length === 0 && <p className="px-2 py-1.5 text-xs text-mute">{none}</p>}
            {options.map((option) => (
              <DropdownMenu.CheckboxItem
                key={option.value}
                checked={chosen.includes(option.value)}
                onSelect={(event) => event.preventDefault()}
                onCheckedChange={() => onChange(toggle(chosen, option.value))}
                textValue={option.label}
                className={menuItemClasses}
              >
                <FilterOptionFace option={option} checked={chosen.includes(option.value)} />
              </DropdownMenu.CheckboxItem>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </FilterChip>
  );
}
