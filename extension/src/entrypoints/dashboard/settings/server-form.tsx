// The address of the server.

import { type FormEvent, useState } from 'react';
import { setServerAddress } from '../../../lib/session-change.ts';
import { Button } from '../../../ui/button.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { ServerField } from '../server-field.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';

const text = strings.settings;

/** Nothing changes unless a Keytrail server answers at the new address. */
export function ServerForm({ serverAddress }: { readonly serverAddress: string }) {
  const [typed, setTyped] = useState(serverAddress);
  const { pending, failure, submit, clear } = useSubmit();
  const toast = useToast();

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    await submit(async () => {
      setTyped(await setServerAddress(typed));
      toast(text.serverSaved);
    });
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-wrap items-start gap-2">
      <div className="min-w-56 flex-1">
        <ServerField
          hint={text.serverHint}
          error={failure?.sentence}
          value={typed}
          onChange={(next) => {
            setTyped(next);
            clear();
          }}
        />
      </div>
      <Button type="submit" pending={pending} disabled={typed.trim() === serverAddress} className="mt-5.5">
        {text.serverSave}
      </Button>
    </form>
  );
}
