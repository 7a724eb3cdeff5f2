// The foot of the saved views: keeps what shows now, under a new name or under the open view's.

import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { AuditSearch } from './audit-search.ts';
import { fromView, type OpenView, toViewSearch } from './saved-views.ts';
import type { SavedViews } from './use-saved-views.ts';

const text = strings.views;
const nameMax = 60;

interface ViewFormProps {
  readonly search: AuditSearch;
  readonly saved: SavedViews;
  readonly open: OpenView | undefined;
  readonly onDone: () => void;
}

/** A view that is there already is only replaced by a button that says so. */
export function ViewForm({ search, saved, open, onDone }: ViewFormProps) {
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const { pending, failure, submit } = useSubmit();
  const navigate = useNavigate({ from: '/audit' });
  const toast = useToast();
  const name = typed.trim();
  const replaces = saved.views?.some((view) => view.name === name) ?? false;

  async function save(as: string) {
    const done = await submit(async () => {
      const view = await saved.save(as, toViewSearch(search));
      await navigate({ search: (current) => ({ ...current, view: view.id }), replace: true });
    });
    if (!done) return;
    toast(text.saved(as));
    onDone();
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    setMissing(name === '');
    if (name !== '') void save(name);
  }

  return (
    <div className="-mx-1 mt-1 flex shrink-0 flex-col gap-2 border-t border-hairline px-3 pt-2.5 pb-2">
      {open?.changed && (
        <div className="flex flex-wrap gap-2">
          <Button
            size="small"
            pending={pending}
            aria-label={text.update(open.view.name)}
            onClick={() => save(open.view.name)}
          >
            {text.updateShort}
          </Button>
          <Button
            size="small"
            variant="ghost"
            onClick={async () => {
              onDone();
              await navigate({ search: fromView(open.view) });
            }}
          >
            {text.revert}
          </Button>
        </div>
      )}
      <form onSubmit={onSubmit} className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            label={text.name}
            value={typed}
            maxLength={nameMax}
            autoComplete="off"
            error={missing && name === '' ? text.nameMissing : undefined}
            hint={replaces ? text.replaces(name) : undefined}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <Button type="submit" variant="primary" pending={pending} className="mt-5.5">
          {replaces ? text.replace : text.save}
        </Button>
      </form>
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </div>
  );
}
