// Controls that stand within a sentence: named for screen readers, their errors below the sentence.

import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';

/** Words and controls in a row that wraps. */
export function SentenceLine({ children }: { readonly children: ReactNode }) {
  return <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-2">{children}</div>;
}

/** What is wrong with a control, tied to it by `aria-describedby`. Nothing while all is well. */
export function ControlError({ id, children }: { readonly id: string; readonly children: string | undefined }) {
  return (
    <p id={id} aria-live="polite" className="text-xs text-red empty:hidden">
      {children}
    </p>
  );
}

interface ControlProps {
  readonly label: string;
  readonly value: string;
  readonly invalid?: boolean | undefined;
  readonly describedBy?: string | undefined;
}

interface InlineInputProps extends ControlProps {
  readonly type?: 'text' | 'time';
  /** Whole numbers: a numeric keyboard, and no wheel that changes them. */
  readonly numeric?: boolean;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

export function InlineInput(props: InlineInputProps) {
  const { label, value, invalid, describedBy, type = 'text', numeric = false, disabled, onChange } = props;
  return (
    <span className={joinClasses('inline-block', numeric ? 'w-20' : 'w-31')}>
      <input
        type={type}
        aria-label={label}
        value={value}
        inputMode={numeric ? 'numeric' : undefined}
        autoComplete="off"
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={invalid ? describedBy : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={joinClasses(inputClasses, 'h-8', numeric && 'text-end tabular-nums')}
      />
    </span>
  );
}

interface InlineSelectProps<Value extends string> extends Omit<ControlProps, 'value'> {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}

export function InlineSelect<Value extends string>({ label, value, options, onChange }: InlineSelectProps<Value>) {
  return (
    <span className="relative inline-block max-w-full">
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
        className={joinClasses(inputClasses, 'h-8 appearance-none truncate pe-7')}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute end-2 top-1/2 size-3.5 -translate-y-1/2 text-mute"
      />
    </span>
  );
}

/** A line below the controls, in small. */
export function FormHint({ children }: { readonly children: ReactNode }) {
  return <p className="text-xs text-pretty text-mute">{children}</p>;
}
