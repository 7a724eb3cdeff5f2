// A search box in the head of a page.

import { Search } from 'lucide-react';
import { inputClasses } from './field.tsx';
import { joinClasses } from './join-classes.ts';

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Its label is its placeholder; Escape empties it. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <search className="relative block min-w-36 flex-1 sm:flex-none">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-2.5 top-1/2 size-3.5 -translate-y-1/2 text-faint"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        dir="auto"
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('');
        }}
        className={joinClasses(inputClasses, 'h-8 ps-8 sm:w-56')}
      />
    </search>
  );
}
