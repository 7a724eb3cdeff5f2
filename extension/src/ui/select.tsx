// A choice of one from a list, drawn by the browser so that it works with every keyboard, reader and phone.

import { ChevronDown } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Field, inputClasses } from './field.tsx';
import { joinClasses } from './join-classes.ts';

interface SelectFieldProps<Value extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly value: Value | '';
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  /** Shown while nothing is chosen. */
  readonly placeholder?: string | undefined;
  readonly onChange: (value: Value) => void;
  readonly children?: ReactNode;
}

/** A labelled select whose value is one of its options. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, error, value, options, placeholder, onChange, className, ...rest } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {(frame) => (
        <span className="relative block">
          <select
            {...rest}
            {...frame}
            value={value}
            onChange={(event) => {
              const chosen = options.find((option) => option.value === event.target.value);
              if (chosen !== undefined) onChange(chosen.value);
            }}
            className={joinClasses(inputClasses, 'h-8.5 appearance-none truncate pe-8', className)}
          >
            {placeholder !== undefined && (
              <option value="" disabled>
                {placeholder}
              </option>
            )}
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown
            aria-hidden
            className="pointer-events-none absolute end-2.5 top-1/2 size-4 -translate-y-1/2 text-mute"
          />
        </span>
      )}
    </Field>
  );
}
