// The owner's passkeys: what they are for, those there are, and the way to make one more.

import type { PasskeySummary } from '@keytrail/shared/passkey';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { canUsePasskeys } from '../../../lib/passkey.ts';
import { api, trpc } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { PasskeyForm } from './passkey-form.tsx';

const text = strings.passkeys;

export function PasskeyList() {
  const query = useQuery(trpc.passkeys.list.queryOptions());
  const client = useQueryClient();
  const toast = useToast();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<PasskeySummary>();
  const reload = () => client.invalidateQueries(trpc.passkeys.pathFilter());

  return (
    <QueryState query={query}>
      {(passkeys) => (
        <>
          {passkeys.length === 0 ? (
            <p className="text-mute">{text.none}</p>
          ) : (
            <ul className="rounded-lg border border-line">
              {passkeys.map((passkey) => (
                <li
                  key={passkey.id}
                  className="flex items-center gap-3 border-t border-hairline px-3 py-2 first:border-t-0"
                >
                  <div className="min-w-0 flex-1">
                    <p dir="auto" className="user-text truncate font-medium">
                      {passkey.name}
                    </p>
                    <p className="text-xs text-mute">
                      {text.used}{' '}
                      {passkey.lastUsedAt === null ? strings.never : <RelativeTime at={passkey.lastUsedAt} />}
                    </p>
                  </div>
                  <Button size="small" variant="danger" onClick={() => setRemoving(passkey)}>
                    {text.remove}
                  </Button>
                </li>
              ))}
            </ul>
          )}
          {canUsePasskeys() ? (
            <Button className="self-start" onClick={() => setAdding(true)}>
              <KeyRound aria-hidden />
              {text.add}
            </Button>
          ) : (
            <p className="text-xs text-mute">{text.unsupported}</p>
          )}
          {adding && (
            <PasskeyForm
              onClose={() => setAdding(false)}
              onAdded={(name) => {
                toast(text.added(name));
                setAdding(false);
                void reload();
              }}
            />
          )}
          {removing !== undefined && (
            <RemoveDialog
              passkey={removing}
              onClose={() => setRemoving(undefined)}
              onRemoved={() => {
                toast(text.removed(removing.name));
                setRemoving(undefined);
                void reload();
              }}
            />
          )}
        </>
      )}
    </QueryState>
  );
}

interface RemoveDialogProps {
  readonly passkey: PasskeySummary;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

function RemoveDialog({ passkey, onClose, onRemoved }: RemoveDialogProps) {
  const { pending, failure, submit } = useSubmit();
  const remove = async () => {
    const done = await submit(async () => {
      await api.passkeys.remove.mutate({ id: passkey.id });
    });
    if (done) onRemoved();
  };
  return (
    <ConfirmDialog
      open
      title={text.removeTitle(passkey.name)}
      action={text.remove}
      pending={pending}
      error={failure?.sentence}
      onConfirm={remove}
      onClose={onClose}
    >
      {text.removeBody}
    </ConfirmDialog>
  );
}
