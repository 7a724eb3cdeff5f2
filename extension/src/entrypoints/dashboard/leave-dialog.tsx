// Asks before something typed is left behind.

import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

interface LeaveDialogProps {
  /** Asked at the moment of leaving, whether something would be lost. */
  readonly dirty: () => boolean;
  readonly words: { readonly title: string; readonly body: string; readonly action: string };
  /** A way out that the router knows nothing of, such as Escape in a form: asked about while it is there. */
  readonly exit?: { readonly leave: () => void; readonly stay: () => void } | undefined;
}

export function LeaveDialog({ dirty, words, exit }: LeaveDialogProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty() && !isSameEditor(current, next),
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === 'blocked' || exit !== undefined}
      title={words.title}
      action={words.action}
      pending={false}
      error={undefined}
      onConfirm={() => (status === 'blocked' ? proceed() : exit?.leave())}
      onClose={() => (status === 'blocked' ? reset() : exit?.stay())}
    >
      {words.body}
    </ConfirmDialog>
  );
}

interface Place {
  readonly pathname: string;
  readonly search: Readonly<Record<string, unknown>>;
}

/** Another way to try the policy is no way out of its editor. */
function isSameEditor(current: Place, next: Place): boolean {
  return (
    (['edit', 'template', 'copy'] as const).every((name) => current.search[name] === next.search[name]) &&
    current.pathname === next.pathname
  );
}
