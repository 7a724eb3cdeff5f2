// A button for what is asked about before it is done.

import { useState } from 'react';
import { Button, type ButtonVariant } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useSubmit } from '../use-submit.ts';

interface AskedButtonProps {
  readonly label: string;
  readonly asked: { readonly title: string; readonly body: string; readonly action: string };
  readonly variant?: ButtonVariant;
  readonly perform: () => Promise<void>;
}

/** The question stays open, with the reason, when the server refuses. */
export function AskedButton({ label, asked, variant = 'secondary', perform }: AskedButtonProps) {
  const [open, setOpen] = useState(false);
  const { pending, failure, submit, clear } = useSubmit();
  return (
    <>
      <Button variant={variant} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <ConfirmDialog
        open={open}
        title={asked.title}
        action={asked.action}
        variant={variant === 'danger' ? 'danger-filled' : 'primary'}
        pending={pending}
        error={failure?.sentence}
        onConfirm={() => {
          void submit(async () => {
            await perform();
            setOpen(false);
          });
        }}
        onClose={() => {
          setOpen(false);
          clear();
        }}
      >
        {asked.body}
      </ConfirmDialog>
    </>
  );
}
