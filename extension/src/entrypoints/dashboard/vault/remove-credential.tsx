// Asks before a credential is deleted.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { api } from '../../../lib/query.ts';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';

const text = strings.vault;

interface RemoveCredentialProps {
  readonly credential: CredentialSummary;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

export function RemoveCredential({ credential, onClose, onRemoved }: RemoveCredentialProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function remove() {
    const done = await submit(async () => {
      await api.credentials.remove.mutate({ id: credential.id });
    });
    if (!done) return;
    toast(text.removed(credential.label));
    onRemoved();
    await Promise.all([refresh.credentials(), refresh.grants()]);
  }

  return (
    <ConfirmDialog
      open
      title={text.removeTitle(credential.label)}
      action={text.actions.remove}
      pending={pending}
      error={failure?.sentence}
      onConfirm={remove}
      onClose={onClose}
    >
      {text.removeBody}
    </ConfirmDialog>
  );
}
