// A dialog in the middle, and a drawer at the side: both hold the focus and give it back.

import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { IconButton } from './icon-button.tsx';
import { joinClasses } from './join-classes.ts';
import { OverlayPlace } from './overlay-place.ts';
import { strings } from './strings.ts';
import { focusFirstControl, useDialogFocus } from './use-dialog-focus.ts';

interface DialogProps {
  readonly open: boolean;
  /** Called when the reader closes it by Escape, the cross or a press outside. */
  readonly onClose: () => void;
  readonly title: string;
  /** One sentence under the title. */
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** Keeps presses outside from closing it, where something typed would be lost; `always`: Escape too. */
  readonly sticky?: boolean | 'always' | undefined;
  readonly wide?: boolean | undefined;
}

const scrim = 'fixed inset-0 z-40 bg-scrim animate-appear';

/** A modal dialog; on small screens it fills the width. */
export function Dialog({ open, onClose, title, description, children, sticky = false, wide = false }: DialogProps) {
  const focus = useDialogFocus(focusFirstControl);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={scrim} />
        <Primitive.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          {...focus}
          ref={setPlace}
          onInteractOutside={(event) => sticky !== false && event.preventDefault()}
          onEscapeKeyDown={(event) => sticky === 'always' && event.preventDefault()}
          className={joinClasses(
            'fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-1.5rem)] -translate-1/2 animate-appear flex-col rounded-xl border border-line bg-panel shadow-overlay outline-none',
            wide ? 'max-w-xl' : 'max-w-md',
          )}
        >
          <Head title={title} description={description} closable={sticky !== 'always'} />
          <OverlayPlace value={place}>{children}</OverlayPlace>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface DrawerProps extends Omit<DialogProps, 'sticky' | 'wide'> {
  /** Icon buttons beside the cross. */
  readonly actions?: ReactNode;
  readonly onKeyDown?: ((event: KeyboardEvent<HTMLElement>) => void) | undefined;
  /** Finds what takes the focus afterwards; by default whatever had it before. */
  readonly returnTo?: (() => HTMLElement | null) | undefined;
}

/** A modal panel at the end of the line, for the details of one row. */
export function Drawer({ open, onClose, title, description, children, actions, onKeyDown, returnTo }: DrawerProps) {
  const focus = useDialogFocus(focusFirstControl, returnTo);
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={scrim} />
        <Primitive.Content
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          {...focus}
          ref={setPlace}
          onKeyDown={onKeyDown}
          className="fixed inset-y-0 end-0 z-40 flex w-full max-w-md animate-slide-in flex-col border-s border-line bg-panel shadow-overlay outline-none rtl:animate-appear"
        >
          <Head title={title} description={description} actions={actions} closable />
          <OverlayPlace value={place}>{children}</OverlayPlace>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface HeadProps {
  readonly title: string;
  readonly description: ReactNode;
  readonly actions?: ReactNode;
  readonly closable: boolean;
}

function Head({ title, description, actions, closable }: HeadProps) {
  return (
    <header className="flex items-start gap-1 border-b border-hairline py-3.5 ps-5 pe-3.5">
      <div className="min-w-0 flex-1 pt-0.5">
        <Primitive.Title dir="auto" className="user-text text-lg font-semibold tracking-tight">
          {title}
        </Primitive.Title>
        {description !== undefined && (
          <Primitive.Description asChild>
            <div className="mt-0.5 text-pretty text-mute">{description}</div>
          </Primitive.Description>
        )}
      </div>
      {actions}
      {closable && (
        <Primitive.Close asChild>
          <IconButton icon={X} label={strings.dialog.close} />
        </Primitive.Close>
      )}
    </header>
  );
}

/** The part of a dialog or drawer that scrolls. */
export function DialogBody({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <div className={joinClasses('flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4', className)}>
      {children}
    </div>
  );
}

/** The buttons at the foot, the main one last. */
export function DialogFoot({ children }: { readonly children: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-hairline px-5 py-3.5">
      {children}
    </footer>
  );
}
