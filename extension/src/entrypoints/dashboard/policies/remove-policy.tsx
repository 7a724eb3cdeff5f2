// Asks before a policy is deleted, and says what will no longer be held to it.

import type { PolicySummary } from '@keytrail/shared/policy';
import { api } from '../../../lib/query.ts';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';

const text = strings.policies;
const namedMax = 8;

interface RemovePolicyProps {
  readonly policy: PolicySummary;
  readonly onClose: () => void;
}

/** Stays open, with the reason, when the server refuses. */
export function RemovePolicy({ policy, onClose }: RemovePolicyProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function remove() {
    const done = await submit(async () => {
      await api.policies.remove.mutate({ id: policy.id });
    });
    if (!done) return;
    toast(text.removed(policy.name));
    onClose();
    await refresh.policies();
  }

  return (
    <ConfirmDialog
      open
      title={text.removeTitle(policy.name)}
      action={text.remove}
      pending={pending}
      error={failure?.sentence}
      onConfirm={remove}
      onClose={onClose}
    >
      <Consequences users={policy.usedBy} />
    </ConfirmDialog>
  );
}

function Consequences({ users }: { readonly users: PolicySummary['usedBy'] }) {
  if (users.length === 0) return text.removeUnused;
  return (
    <div className="flex flex-col gap-2">
      <p>{text.removeUsed(users.length)}</p>
      <ul className="list-disc ps-5 text-ink marker:text-faint">
        {users.slice(0, namedMax).map(({ kind, id, name }) => (
          <li key={`${kind} ${id}`}>
            {text.kinds[kind]}{' '}
            <span dir="auto" className="user-text font-medium">
              {name}
            </span>
          </li>
        ))}
        {users.length > namedMax && <li>{text.moreUsers(users.length - namedMax)}</li>}
      </ul>
      <p>{text.removeStays}</p>
    </div>
  );
}
