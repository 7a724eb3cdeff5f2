// One value that a filter can take, as its menus draw it: a tick, a name, and how many events it has.

import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';

export interface FilterOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Tells options of one label apart. */
  readonly detail?: string | undefined;
  readonly icon?: ReactNode;
  /** How many events would show; absent while that is not known. */
  readonly count?: number | undefined;
}

/** What stands inside the element that is pressed. */
export function FilterOptionFace({ option, checked }: { option: FilterOption<string>; checked: boolean }) {
  const { label, detail, icon, count } = option;
  return (
    <>
      <span
        aria-hidden
        className={joinClasses(
          'grid size-4 shrink-0 place-items-center rounded-[0.25rem] border',
          checked ? 'border-transparent bg-accent text-on-accent' : 'border-control',
        )}
      >
        {checked && <Check className="size-3" strokeWidth={3} />}
      </span>
      {icon}
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-1.5">
        <span dir="auto" className="user-text line-clamp-2 max-w-full" title={label}>
          {label}
        </span>
        {detail !== undefined && (
          <span dir="auto" className="user-text max-w-full truncate text-xs text-mute" title={detail}>
            {detail}
          </span>
        )}
      </span>
      {count !== undefined && (
        <span className={joinClasses('ps-3 text-xs tabular-nums', count === 0 ? 'text-faint' : 'text-mute')}>
          {count.toLocaleString()}
          <span className="sr-only"> {strings.eventFilter.countNoun(count)}</span>
        </span>
      )}
    </>
  );
}

/** Takes a value out if it is in, adds it if it is not. */
export function toggle<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}

/** What a chip says of the chosen values. */
export function toChosenWords(options: readonly FilterOption<string>[], chosen: readonly string[]): string {
  const labels = chosen.map((value) => {
    const option = options.find((candidate) => candidate.value === value);
    return option === undefined ? value : toDistinctLabel(options, option);
  });
  const [first = '', ...others] = labels;
  return labels.length <= 2 ? labels.join(', ') : strings.eventFilter.more(first, others.length);
}

/** With its detail where another is called the same: credentials of many services have the label `main`. */
function toDistinctLabel(options: readonly FilterOption<string>[], option: FilterOption<string>): string {
  const hasTwin = options.some(({ value, label }) => value !== option.value && label === option.label);
  return hasTwin && option.detail !== undefined ? `${option.label} (${option.detail})` : option.label;
}
