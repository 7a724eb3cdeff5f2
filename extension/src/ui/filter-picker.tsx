// The values of a filter as a list with a search box: arrows move, Space and Enter tick.

import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { inputClasses } from './field.tsx';
import { type FilterOption, FilterOptionFace, toggle } from './filter-option.tsx';
import { joinClasses } from './join-classes.ts';
import { menuItemClasses } from './menu.tsx';
import { strings } from './strings.ts';

/** Lets a reader type a value that is not in the list. */
export interface FilterEntry {
  readonly placeholder: string;
  /** The value as it is kept; null where the text is none. */
  readonly parse: (text: string) => string | null;
  /** What to type, for text that is no value. */
  readonly advice: string;
}

interface FilterPickerProps {
  readonly name: string;
  readonly options: readonly FilterOption<string>[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
  readonly none: string;
  readonly note?: string | undefined;
  readonly entry?: FilterEntry | undefined;
}

/** More than this takes longer to look through than to type. */
const shortMax = 8;

/** Values keep their places while it is open, however the counts change. */
export function FilterPicker({ name, options, chosen, onChange, none, note, entry }: FilterPickerProps) {
  const [query, setQuery] = useState('');
  const [refused, setRefused] = useState(false);
  const [order] = useState(() => new Map(options.map(({ value }, index) => [value, index])));
  const placeOf = ({ value }: FilterOption<string>) => order.get(value) ?? order.size;
  const shown = options
    .filter((option) => hasWords(option, query))
    .sort((left, right) => placeOf(left) - placeOf(right));
  const typed = entry?.parse(query) ?? null;
  const addable = typed !== null && !options.some(({ value }) => value === typed) ? typed : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    const [first] = shown;
    if (query.trim() === '') return;
    if (typed !== null) add(typed);
    // Half an address is not taken for the first that begins like it.
    else if (entry !== undefined) setRefused(true);
    else if (first !== undefined) onChange(toggle(chosen, first.value));
  }

  function add(value: string) {
    if (!chosen.includes(value)) onChange([...chosen, value]);
    setQuery('');
  }

  return (
    <>
      {(options.length > shortMax || entry !== undefined) && (
        <form onSubmit={submit} className="shrink-0 px-1 pt-1 pb-1.5">
          <SearchBox
            label={strings.eventFilter.searchValues(name)}
            placeholder={entry?.placeholder}
            value={query}
            error={refused ? entry?.advice : undefined}
            onChange={(text) => {
              setQuery(text);
              setRefused(false);
            }}
          />
        </form>
      )}
      <p role="status" className="sr-only">
        {query === '' ? '' : strings.eventFilter.valuesFound(shown.length)}
      </p>
      <ul className="min-h-0 overflow-y-auto" aria-label={name}>
        {addable !== null && (
          <li>
            <button type="button" data-option onClick={() => add(addable)} className={itemClasses}>
              {strings.eventFilter.add(addable)}
            </button>
          </li>
        )}
        {shown.map((option) => {
          const checked = chosen.includes(option.value);
          return (
            <li key={option.value}>
              {/* biome-ignore lint/a11y/useSemanticElements: a native box cannot hold the row that is pressed. */}
              <button
                type="button"
                role="checkbox"
                aria-checked={checked}
                data-option
                onClick={() => onChange(toggle(chosen, option.value))}
                className={itemClasses}
              >
                <FilterOptionFace option={option} checked={checked} />
              </button>
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && addable === null && !refused && (
        <p className="px-2 py-1.5 text-xs text-mute">
          {options.length === 0 && query === '' ? none : (entry?.advice ?? strings.eventFilter.noValue)}
        </p>
      )}
      {note !== undefined && <p className="shrink-0 px-2 pt-1.5 pb-1 text-xs text-mute">{note}</p>}
    </>
  );
}

const itemClasses = joinClasses(
  menuItemClasses,
  'hover:bg-accent-soft hover:text-accent focus-visible:bg-accent-soft focus-visible:text-accent',
);

interface SearchBoxProps {
  readonly label: string;
  readonly placeholder: string | undefined;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}

function SearchBox({ label, placeholder, value, error, onChange }: SearchBoxProps) {
  const errorId = useId();
  return (
    <>
      <input
        type="search"
        data-option
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={error === undefined ? undefined : errorId}
        onChange={(event) => onChange(event.target.value)}
        className={joinClasses(inputClasses, 'h-7.5')}
      />
      {error !== undefined && (
        <p id={errorId} role="alert" className="pt-1 text-xs text-red">
          {error}
        </p>
      )}
    </>
  );
}

function hasWords({ label, detail, value }: FilterOption<string>, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [label, detail ?? '', value].some((text) => text.toLowerCase().includes(wanted));
}

/** Where each key leads among the search box and the values. */
const moves: Record<string, (index: number, last: number) => number> = {
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => Math.max(index - 1, 0),
};

/** Arrow keys within the picker; for the element that holds it. */
export function moveAmongOptions(event: KeyboardEvent<HTMLElement>): void {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-option]')];
  const { activeElement } = document;
  const index = activeElement instanceof HTMLElement ? stops.indexOf(activeElement) : -1;
  const next = moves[event.key]?.(index, stops.length - 1);
  if (next === undefined) return;
  event.preventDefault();
  stops[next]?.focus();
}
