// A choice of one among a few that all show: a row of pills.

import { RadioGroup } from 'radix-ui';
import { joinClasses } from './join-classes.ts';

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  /** The label is said but not shown. */
  readonly quiet?: boolean | undefined;
}

/** A radio group; arrow keys move the choice. */
export function Choice<Value extends string>({ label, value, options, onChange, quiet = false }: ChoiceProps<Value>) {
  return (
    <div className="flex flex-col items-start gap-1">
      {!quiet && <span className="text-xs font-medium">{label}</span>}
      <RadioGroup.Root
        aria-label={label}
        value={value}
        onValueChange={(next) => {
          const chosen = options.find((option) => option.value === next);
          if (chosen !== undefined) onChange(chosen.value);
        }}
        className="inline-flex max-w-full flex-wrap gap-0.5 rounded-md bg-sunken p-0.5"
      >
        {options.map((option) => (
          <RadioGroup.Item
            key={option.value}
            value={option.value}
            className={joinClasses(
              'h-7 rounded-sm px-2.75 text-xs whitespace-nowrap text-mute transition-colors hover:text-ink',
              'data-[state=checked]:bg-raised data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-raised',
            )}
          >
            {option.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
