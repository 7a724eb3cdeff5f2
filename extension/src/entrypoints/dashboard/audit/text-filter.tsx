// The filter by words, which narrows the log as they are typed.

import { toOneLine } from '@keytrail/shared/text';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';

const pauseMs = 250;
const lengthMax = 200;

interface TextFilterProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Tells what was typed once the typing pauses, or is left; follows the address when that changes by itself. Escape empties it. */
export function TextFilter({ value, onChange }: TextFilterProps) {
  const [draft, setDraft] = useState(value);
  const told = useRef(value);
  const tell = useRef(onChange);
  tell.current = onChange;

  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setDraft(value);
  }, [value]);

  const tellNow = (typed: string) => {
    const text = toOneLine(typed, lengthMax);
    if (text === told.current) return;
    told.current = text;
    tell.current(text);
  };
  const later = useRef(tellNow);
  later.current = tellNow;

  useEffect(() => {
    if (toOneLine(draft, lengthMax) === told.current) return;
    const timer = setTimeout(() => later.current(draft), pauseMs);
    return () => clearTimeout(timer);
  }, [draft]);

  return (
    <search className="relative block min-w-44 flex-1 max-sm:order-last max-sm:w-full max-sm:flex-none">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-2.5 top-1/2 size-3.5 -translate-y-1/2 text-faint"
      />
      <input
        type="search"
        aria-label={strings.filters.text}
        placeholder={strings.filters.text}
        value={draft}
        maxLength={lengthMax}
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft('')}
        // Whatever is clicked next finds the words told, and is not undone by them.
        onBlur={() => tellNow(draft)}
        className={joinClasses(inputClasses, 'h-6.5 rounded-full ps-7.5 text-xs')}
      />
    </search>
  );
}
