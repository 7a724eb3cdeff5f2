// Denying with a word to whoever asked, which may be left out.

import { type FormEvent, useState } from 'react';
import { Button } from './button.tsx';
import { inputClasses } from './field.tsx';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';

const words = strings.approval;

interface ApprovalNoteProps {
  /** Who the word is for. */
  readonly label: string;
  readonly pending: boolean;
  readonly onDeny: (note: string | undefined) => void;
  readonly onBack: () => void;
}

/** Opens with the focus in its field: Enter denies, Escape goes back. */
export function ApprovalNote({ label, pending, onDeny, onBack }: ApprovalNoteProps) {
  const [note, setNote] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pending) onDeny(note.trim() === '' ? undefined : note.trim());
  };
  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onBack();
      }}
      className="flex max-w-xl flex-wrap gap-1.5 pt-1.5"
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: it opens because the person asked for it.
        autoFocus
        dir="auto"
        aria-label={label}
        placeholder={words.notePlaceholder}
        maxLength={300}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        className={joinClasses(inputClasses, 'h-7 min-w-40 flex-1 text-xs')}
      />
      <span className="flex gap-1.5">
        <Button type="submit" variant="danger-filled" size="small" pending={pending}>
          {words.denyNow}
        </Button>
        <Button variant="ghost" size="small" onClick={onBack}>
          {words.back}
        </Button>
      </span>
    </form>
  );
}
