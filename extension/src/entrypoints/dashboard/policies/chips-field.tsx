// A list of values as chips: typed one by one or pasted together, each brought into the one way to write it.

import { Plus, X } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { type ListDraft, toEntries } from './rule-draft.ts';

const text = strings.policies.form;

interface ChipsFieldProps {
  readonly label: string;
  readonly placeholder: string;
  /** What may be typed. */
  readonly advice: string;
  readonly list: ListDraft;
  /** The value as it is kept; null where the text is none. */
  readonly parse: (text: string) => string | null;
  readonly error: string | undefined;
  readonly onChange: (list: ListDraft) => void;
  /** Offered below, where they are not in the list yet. */
  readonly suggestions?: { readonly label: string; readonly values: readonly string[] } | undefined;
}

/** Enter, a comma, or leaving the box takes what was typed; Backspace in an empty box gives the last one back to it. */
export function ChipsField(props: ChipsFieldProps) {
  const { label, placeholder, list, parse, error, onChange } = props;
  const id = useId();
  const [refused, setRefused] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { entries, typed } = list;
  const bad = error ?? (refused ? props.advice : undefined);
  const put = (values: readonly string[], rest = '') => {
    onChange({ entries: [...new Set([...entries, ...values])], typed: rest });
    setRefused(false);
  };

  function take() {
    if (typed.trim() === '') return;
    const value = parse(typed.trim());
    if (value === null) setRefused(true);
    else put([value]);
  }

  function onKeyDown(event: KeyboardEvent) {
    const { key } = event;
    if (key === 'Enter' || (key === ',' && typed.trim() !== '')) {
      event.preventDefault();
      take();
    } else if (key === 'Backspace' && typed === '' && entries.length > 0) {
      event.preventDefault();
      onChange({ entries: entries.slice(0, -1), typed: entries.at(-1) ?? '' });
    }
  }

  /** Several at once, as from a list elsewhere; what is no value stays in the box. */
  function onPaste(event: ClipboardEvent) {
    const parts = event.clipboardData
      .getData('text')
      .split(/[\s,;]+/)
      .filter((part) => part !== '');
    if (parts.length < 2) return;
    event.preventDefault();
    const parsed = parts.map((part) => ({ part, value: parse(part) }));
    put(
      parsed.flatMap(({ value }) => value ?? []),
      parsed.flatMap(({ part, value }) => (value === null ? [part] : [])).join(' '),
    );
  }

  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div
        className={joinClasses(
          inputClasses,
          'flex min-h-8.5 flex-wrap items-center gap-1 px-1.5 py-1 has-[input:focus]:outline-2 has-[input:focus]:-outline-offset-1 has-[input:focus]:outline-accent',
          bad !== undefined && 'border-red has-[input:focus]:outline-red',
        )}
      >
        {entries.map((entry) => (
          <Chip
            key={entry}
            entry={entry}
            onRemove={() => {
              input.current?.focus();
              onChange({ entries: entries.filter((other) => other !== entry), typed });
            }}
          />
        ))}
        <input
          ref={input}
          aria-label={label}
          placeholder={entries.length === 0 ? placeholder : undefined}
          value={typed}
          dir="ltr"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={bad !== undefined || undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setRefused(false);
            onChange({ entries, typed: event.target.value });
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={take}
          className="h-6 min-w-28 flex-1 bg-transparent px-1 font-mono text-xs outline-none"
        />
      </div>
      <Note {...props} id={`${id}-note`} bad={bad} />
      <Suggestions {...props} onAdd={(value) => put([value], typed)} />
    </div>
  );
}

function Chip({ entry, onRemove }: { readonly entry: string; readonly onRemove: () => void }) {
  return (
    <span className="inline-flex h-6 max-w-full min-w-0 items-center rounded-sm bg-sunken ps-1.75">
      <span dir="ltr" title={entry} className="user-text truncate font-mono text-xs">
        {entry}
      </span>
      <button
        type="button"
        aria-label={text.removeEntry(entry)}
        onClick={onRemove}
        className="grid size-6 shrink-0 place-items-center rounded-sm text-mute hover:text-ink"
      >
        <X aria-hidden className="size-3" />
      </button>
    </span>
  );
}

/** Says what will become of what is being typed, before it is taken. */
function Note({ id, bad, ...props }: ChipsFieldProps & { readonly id: string; readonly bad: string | undefined }) {
  return (
    <p id={id} aria-live="polite" className={joinClasses('text-xs', bad === undefined ? 'text-mute' : 'text-red')}>
      {bad ?? toNote(props)}
    </p>
  );
}

function toNote({ list, parse, advice }: ChipsFieldProps): string {
  const typed = list.typed.trim();
  const value = typed === '' ? null : parse(typed);
  if (value === null) return advice;
  if (list.entries.includes(value)) return text.there;
  return value === typed ? '\u00a0' : text.keptAs(value);
}

function Suggestions({ list, suggestions, onAdd }: ChipsFieldProps & { readonly onAdd: (value: string) => void }) {
  const there = toEntries(list);
  const offered = suggestions?.values.filter((value) => !there.includes(value)) ?? [];
  if (suggestions === undefined || offered.length === 0) return null;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1">
      <span className="text-xs text-mute">{suggestions.label}:</span>
      {offered.map((value) => (
        <Button
          key={value}
          size="small"
          aria-label={text.addSuggestion(value)}
          onClick={() => onAdd(value)}
          className="max-w-full min-w-0 shrink font-mono font-normal"
        >
          <Plus aria-hidden />
          <span dir="ltr" className="truncate">
            {value}
          </span>
        </Button>
      ))}
    </div>
  );
}
