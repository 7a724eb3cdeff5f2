// Saved views: which one the page shows, the others to open, and a name for what shows now.

import { Link, useNavigate } from '@tanstack/react-router';
import { Bookmark, Check, ChevronDown, Trash2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { menuItemClasses, overlayClasses } from '../../../ui/menu.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useLandmark } from '../../../ui/use-landmark.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { AuditSearch } from './audit-search.ts';
import { findOpenView, fromView, type OpenView, type SavedView } from './saved-views.ts';
import { type SavedViews, useSavedViews } from './use-saved-views.ts';
import { ViewForm } from './view-form.tsx';

const text = strings.views;

/** The button in the page's head and what opens under it. */
export function ViewsMenu({ search }: { readonly search: AuditSearch }) {
  const landmark = useLandmark();
  const [shows, setShows] = useState(false);
  const [removing, setRemoving] = useState<SavedView>();
  const saved = useSavedViews();
  const open = findOpenView(saved.views ?? [], search);

  function show(next: boolean) {
    setShows(next);
    if (next) void saved.refresh();
  }

  return (
    <>
      <Popover.Root open={shows} onOpenChange={show}>
        <Popover.Trigger asChild>
          <Button aria-label={open && text.current(open.view.name)} className="max-w-[min(100%,20rem)] shrink">
            <Bookmark aria-hidden className={joinClasses('shrink-0', open !== undefined && 'text-accent')} />
            <span dir="auto" className="user-text truncate">
              {open?.view.name ?? text.label}
            </span>
            {open?.changed && <Pill tone="quiet">{text.changed}</Pill>}
            <ChevronDown aria-hidden className="-me-1 size-3.5! shrink-0 text-mute" />
          </Button>
        </Popover.Trigger>
        <Popover.Portal container={landmark}>
          <Popover.Content
            align="end"
            sideOffset={4}
            collisionPadding={8}
            aria-label={text.label}
            onOpenAutoFocus={focusFirst}
            className={joinClasses(
              overlayClasses,
              'flex max-h-[min(30rem,var(--radix-popover-content-available-height))] w-76 flex-col',
            )}
          >
            <ViewList saved={saved} open={open} onOpened={() => setShows(false)} onRemove={setRemoving} />
            <ViewForm search={search} saved={saved} open={open} onDone={() => setShows(false)} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {removing !== undefined && (
        <RemoveView view={removing} saved={saved} search={search} onClose={() => setRemoving(undefined)} />
      )}
    </>
  );
}

/** Left to itself the focus would pass by links and land on what deletes the first view. */
function focusFirst(event: Event) {
  event.preventDefault();
  if (event.target instanceof Element) event.target.querySelector<HTMLElement>('a, input')?.focus();
}

interface ViewListProps {
  readonly saved: SavedViews;
  readonly open: OpenView | undefined;
  readonly onOpened: () => void;
  readonly onRemove: (view: SavedView) => void;
}

function ViewList({ saved, open, onOpened, onRemove }: ViewListProps) {
  if (saved.error !== null) {
    return (
      <Notice
        tone="bad"
        className="m-1"
        action={
          <Button size="small" onClick={saved.refresh}>
            {strings.retry}
          </Button>
        }
      >
        {text.failed} {toFailure(saved.error).sentence}
      </Notice>
    );
  }
  if (saved.views?.length === 0) return <p className="px-2 py-1.5 text-xs text-pretty text-mute">{text.none}</p>;
  return (
    <ul className="min-h-0 overflow-y-auto" aria-label={text.label}>
      {saved.views?.map((view) => {
        const current = view.id === open?.view.id;
        return (
          <li key={view.id} className="flex items-center gap-0.5">
            <Link
              to="/audit"
              search={fromView(view)}
              activeOptions={{ exact: true, includeSearch: true }}
              aria-current={current ? 'true' : undefined}
              onClick={onOpened}
              className={joinClasses(
                menuItemClasses,
                'min-w-0 flex-1 hover:bg-accent-soft hover:text-accent focus-visible:bg-accent-soft',
              )}
            >
              <Check aria-hidden className={joinClasses('size-3.5 shrink-0 text-accent', !current && 'invisible')} />
              <span dir="auto" className="user-text truncate" title={view.name}>
                {view.name}
              </span>
            </Link>
            <IconButton icon={Trash2} label={text.remove(view.name)} onClick={() => onRemove(view)} />
          </li>
        );
      })}
    </ul>
  );
}

interface RemoveViewProps {
  readonly view: SavedView;
  readonly saved: SavedViews;
  readonly search: AuditSearch;
  readonly onClose: () => void;
}

function RemoveView({ view, saved, search, onClose }: RemoveViewProps) {
  const { pending, failure, submit } = useSubmit();
  const navigate = useNavigate({ from: '/audit' });
  const toast = useToast();

  async function remove() {
    if (!(await submit(() => saved.remove(view.id)))) return;
    toast(text.removed(view.name));
    onClose();
    if (search.view === view.id) {
      await navigate({ search: (current) => ({ ...current, view: undefined }), replace: true });
    }
  }

  return (
    <ConfirmDialog
      open
      title={text.removeTitle(view.name)}
      action={text.removeAction}
      pending={pending}
      error={failure?.sentence}
      onConfirm={remove}
      onClose={onClose}
    >
      {text.removeBody}
    </ConfirmDialog>
  );
}
