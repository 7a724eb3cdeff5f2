// A number between two bounds: a slider, and the number itself to type.

import { useState } from 'react';
import { Field, inputClasses } from './field.tsx';
import { joinClasses } from './join-classes.ts';

interface RangeFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** What is typed counts as soon as it is within the bounds, and is put right when the field is left. */
export function RangeField({ label, value, min, max, onChange }: RangeFieldProps) {
  const [typed, setTyped] = useState<string>();
  function type(text: string) {
    setTyped(text);
    const number = Number(text);
    if (Number.isInteger(number) && number >= min && number <= max) onChange(number);
  }
  return (
    <Field label={label}>
      {(frame) => (
        <span className="flex items-center gap-2.5">
          <input
            type="range"
            aria-label={label}
            value={value}
            min={min}
            max={max}
            onChange={(event) => onChange(Number(event.target.value))}
            className="min-w-0 flex-1 accent-accent"
          />
          <input
            {...frame}
            type="number"
            inputMode="numeric"
            value={typed ?? value}
            min={min}
            max={max}
            onChange={(event) => type(event.target.value)}
            onBlur={() => setTyped(undefined)}
            className={joinClasses(inputClasses, 'h-7 max-w-16 bg-panel')}
          />
        </span>
      )}
    </Field>
  );
}
