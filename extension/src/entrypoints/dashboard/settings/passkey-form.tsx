// Makes a passkey: what to call it, the password once more, then the device asks.

import { type FormEvent, useState } from 'react';
import { makePasskey } from '../../../lib/passkey.ts';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';

const text = strings.passkeys;

interface PasskeyFormProps {
  readonly onClose: () => void;
  readonly onAdded: (name: string) => void;
}

/** What was typed stays when the device or the server refuses. */
export function PasskeyForm({ onClose, onAdded }: PasskeyFormProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [givenUp, setGivenUp] = useState(false);
  const { pending, failure, submit } = useSubmit();

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    setGivenUp(false);
    const called = name.trim() || text.defaultName;
    await submit(async () => {
      if (await makePasskey(api, { name: called, password })) onAdded(called);
      else setGivenUp(true);
    });
  }

  return (
    <Dialog open sticky onClose={onClose} title={text.addTitle} description={text.addLead}>
      <form noValidate onSubmit={onSubmit} className="contents">
        <DialogBody>
          <TextField
            label={text.name}
            hint={text.nameHint}
            optional
            value={name}
            maxLength={60}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
          <SecretField
            label={shared.lock.password}
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
          />
          {givenUp && <Notice tone="warn">{text.givenUp}</Notice>}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending} disabled={password === ''}>
            {text.add}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
