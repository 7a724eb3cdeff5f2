// One filter: a chip that says what is chosen, the menu in which it is chosen, and the cross that takes it back.

import { Check, ChevronDown, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { chipClasses } from './chip.ts';
import { findLandmark } from './find-landmark.ts';
import { joinClasses } from './join-classes.ts';
import { menuItemClasses, overlayClasses } from './menu.tsx';
import { strings } from './strings.ts';

export interface FilterOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly icon?: ReactNode;
}

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
  const active = chosen.length > 0;
  const { eventFilter } = strings;
  return (
    <span className={joinClasses('inline-flex max-w-full min-w-0', active && 'rounded-full bg-accent-soft')}>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          aria-label={active ? eventFilter.active(name, toChosenWords(options, chosen)) : eventFilter.menu(name)}
          className={joinClasses(chipClasses(active), active && 'pe-1')}
        >
          <span className="truncate">{active ? eventFilter.active(name, toChosenWords(options, chosen)) : name}</span>
          {!active && <ChevronDown aria-hidden className="-me-0.5 size-3 shrink-0" />}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={findLandmark()}>
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
              <FilterItem key={option.value} option={option} chosen={chosen} onChange={onChange} />
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {active && (
        <button
          type="button"
          aria-label={eventFilter.remove(name)}
          onClick={() => onChange([])}
          className="grid w-6 shrink-0 place-items-center rounded-full text-accent hover:bg-accent hover:text-on-accent"
        >
          <X aria-hidden className="size-3" />
        </button>
      )}
    </span>
  );
}

interface FilterItemProps<Value extends string> {
  readonly option: FilterOption<Value>;
  readonly chosen: readonly Value[];
  readonly onChange: (chosen: Value[]) => void;
}

function FilterItem<Value extends string>({ option, chosen, onChange }: FilterItemProps<Value>) {
  const checked = chosen.includes(option.value);
  return (
    <DropdownMenu.CheckboxItem
      checked={checked}
      onSelect={(event) => event.preventDefault()}
      onCheckedChange={() => onChange(toggle(chosen, option.value))}
      textValue={option.label}
      className={menuItemClasses}
    >
      <span
        aria-hidden
        className={joinClasses(
          'grid size-4 shrink-0 place-items-center rounded-[0.25rem] border',
          checked ? 'border-transparent bg-accent text-on-accent' : 'border-control',
        )}
      >
        {checked && <Check className="size-3" strokeWidth={3} />}
      </span>
      {option.icon}
      <span dir="auto" className="user-text min-w-0 truncate" title={option.label}>
        {option.label}
      </span>
    </DropdownMenu.CheckboxItem>
  );
}

/** Takes a value out if it is in, adds it if it is not. */
export function toggle<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

function toChosenWords<Value extends string>(
  options: readonly FilterOption<Value>[],
  chosen: readonly Value[],
): string {
  const labels = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value);
  const [first = '', ...others] = labels;
  return labels.length <= 2 ? labels.join(', ') : strings.eventFilter.more(first, others.length);
}
