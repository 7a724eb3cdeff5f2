// The chip of a filter: what opens its choices, and the cross that takes it back.

import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';

interface FilterChipProps {
  readonly name: string;
  /** The filter narrows something: the chip is lit and can be removed. */
  readonly active: boolean;
  readonly onRemove: () => void;
  /** The button that opens the choices. */
  readonly children: ReactNode;
}

/** The focus stays at the filter when it is taken back. */
export function FilterChip({ name, active, onRemove, children }: FilterChipProps) {
  const chip = useRef<HTMLSpanElement>(null);
  return (
    <span
      ref={chip}
      className={joinClasses('inline-flex max-w-[min(100%,20rem)] min-w-0', active && 'rounded-full bg-accent-soft')}
    >
      {children}
      {active && (
        <button
          type="button"
          aria-label={strings.eventFilter.remove(name)}
          onClick={() => {
            chip.current?.querySelector('button')?.focus();
            onRemove();
          }}
          className="grid w-6 shrink-0 place-items-center rounded-full text-accent hover:bg-accent hover:text-on-accent"
        >
          <X aria-hidden className="size-3" />
        </button>
      )}
    </span>
  );
}
