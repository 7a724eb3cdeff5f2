// The locked vault: what that means, and the one thing that can be done about it.

import { KeyRound, LockKeyhole } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from './button.tsx';
import { SecretField } from './secret-field.tsx';
import { strings } from './strings.ts';

const words = strings.lock;

interface UnlockFormProps {
  /** Answers null when the vault is open, else the sentence that says why it is not. */
  readonly onUnlock: (password: string) => Promise<string | null>;
  /** The same by a passkey, where the owner has one. */
  readonly onPasskey?: (() => Promise<string | null>) | undefined;
}

export function UnlockForm({ onUnlock, onPasskey }: UnlockFormProps) {
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const titleId = useId();
  const unlock = async (way: () => Promise<string | null>) => {
    if (pending) return;
    setPending(true);
    setFailure(await way());
    setPending(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== '') await unlock(() => onUnlock(password));
  };
  return (
    <form
      aria-labelledby={titleId}
      onSubmit={(event) => void submit(event)}
      className="flex gap-2.5 rounded-lg border border-line bg-panel px-3 py-3"
    >
      <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-md bg-amber-soft text-amber">
        <LockKeyhole className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <h2 id={titleId} className="font-medium">
          {words.title}
        </h2>
        <p className="text-pretty text-mute">{words.sentence}</p>
        <div className="flex max-w-md flex-wrap items-end gap-2 pt-2.5">
          <div className="min-w-40 flex-1">
            <SecretField
              label={words.password}
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
            />
          </div>
          <Button type="submit" variant="primary" className="h-8.5" pending={pending}>
            {words.unlock}
          </Button>
          {onPasskey !== undefined && (
            <Button className="h-8.5" pending={pending} onClick={() => void unlock(onPasskey)}>
              <KeyRound aria-hidden />
              {words.passkey}
            </Button>
          )}
        </div>
        {failure !== null && (
          <p role="alert" className="pt-1 text-xs text-red">
            {failure}
          </p>
        )}
      </div>
    </form>
  );
}
