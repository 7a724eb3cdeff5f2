// Asks before something that cannot be taken back.

import { AlertDialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button, type ButtonVariant } from './button.tsx';
import { Notice } from './notice.tsx';
import { strings } from './strings.ts';
import { useDialogFocus } from './use-dialog-focus.ts';

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly title: string;
  /** What happens, and what stays. */
  readonly children: ReactNode;
  /** The verb of the button that does it. */
  readonly action: string;
  readonly variant?: ButtonVariant;
  readonly pending: boolean;
  /** Why it did not work, when it was tried. */
  readonly error: string | undefined;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Focus starts on Cancel; the dialog stays open until the action has succeeded. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, children, action, variant = 'danger-filled', pending, error, onConfirm, onClose } = props;
  const focus = useDialogFocus();
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Primitive.Content
          {...focus}
          className="fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-1.5rem)] max-w-md -translate-1/2 animate-appear flex-col gap-2 overflow-y-auto rounded-xl border border-line bg-panel p-5 shadow-overlay outline-none"
        >
          <Primitive.Title dir="auto" className="user-text text-lg font-semibold tracking-tight">
            {title}
          </Primitive.Title>
          <Primitive.Description asChild>
            <div className="text-pretty text-mute">{children}</div>
          </Primitive.Description>
          {error !== undefined && <Notice tone="bad">{error}</Notice>}
          <div className="mt-3 flex flex-wrap justify-end gap-2">
            <Primitive.Cancel asChild>
              <Button>{strings.dialog.cancel}</Button>
            </Primitive.Cancel>
            <Button variant={variant} pending={pending} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
