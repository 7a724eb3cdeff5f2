// Asks before something typed is left behind.

import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { strings } from '../strings.ts';

const text = strings.policies.editor;

/** @param props.dirty asked at the moment of leaving, whether something would be lost. */
export function LeaveDialog({ dirty }: { readonly dirty: () => boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty() && !isSameEditor(current, next),
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      title={text.leaveTitle}
      action={text.leave}
      pending={false}
      error={undefined}
      onConfirm={() => proceed?.()}
      onClose={() => reset?.()}
    >
      {text.leaveBody}
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
