// One login of the page: who it is, and the two ways to use it. Both are recorded before the secret leaves the server.

import { Copy, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { sendMessage, type TabLogin } from '../../lib/messages.ts';
import { Button } from '../../ui/button.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { toRelativeTime } from '../../ui/time.ts';
import { useTicking } from '../../ui/use-ticking.ts';
import { popupStrings } from './strings.ts';

interface Saying {
  readonly text: string;
  readonly isBad: boolean;
}

/** A list item. */
export function LoginRow({ login }: { readonly login: TabLogin }) {
  const [isFilling, setIsFilling] = useState(false);
  const [saying, setSaying] = useState<Saying | null>(null);
  const name = login.username === '' ? login.label : login.username;

  const fill = async () => {
    setIsFilling(true);
    const problem = await fillLogin(login.id);
    setIsFilling(false);
    if (problem === null) window.close();
    else setSaying({ text: problem, isBad: true });
  };
  const copy = async () => setSaying(await copyPassword(login.id));

  return (
    <li className="border-t border-hairline px-2.75 py-2.25 first:border-t-0">
      <div className="flex items-center gap-2.5">
        <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-md bg-sunken text-mute">
          <KeyRound className="size-4" />
        </span>
        <div className="min-w-0 flex-1">
          <p dir="auto" title={name} className="user-text truncate font-medium">
            {name}
          </p>
          <LoginMeta login={login} name={name} />
        </div>
        <IconButton icon={Copy} label={popupStrings.copy(name)} onClick={() => void copy()} />
        <Button size="small" pending={isFilling} aria-label={popupStrings.fillName(name)} onClick={() => void fill()}>
          {popupStrings.fill}
        </Button>
      </div>
      {saying !== null && (
        <p role="status" className={`pt-1.5 ps-9.5 text-xs ${saying.isBad ? 'text-red' : 'text-green'}`}>
          {saying.text}
        </p>
      )}
    </li>
  );
}

function LoginMeta({ login, name }: { readonly login: TabLogin; readonly name: string }) {
  const ago = useTicking((nowMs) => (login.lastUsedAt === null ? '' : toRelativeTime(login.lastUsedAt, nowMs)));
  const isExpired = useTicking((nowMs) => login.expiresAt !== null && Date.parse(login.expiresAt) <= nowMs);
  const used = ago === '' ? popupStrings.neverUsed : popupStrings.usedAgo(ago);
  return (
    <p className="flex min-w-0 gap-1 text-xs text-mute">
      {login.label !== name && (
        <span dir="auto" className="user-text truncate">
          {login.label}
        </span>
      )}
      <span className="shrink-0">{login.label === name ? used : `· ${used}`}</span>
      {isExpired && <span className="shrink-0 text-red">· {popupStrings.expired}</span>}
    </p>
  );
}

/** Fills the page under the popup; null when it worked, else what to tell. */
async function fillLogin(credentialId: string): Promise<string | null> {
  const outcome = await sendMessage('popup.fill', { credentialId }).catch(() => undefined);
  if (outcome?.kind === 'filled') return null;
  if (outcome?.kind === 'no_form') return popupStrings.noForm;
  return outcome?.failure.sentence ?? popupStrings.noWorker;
}

async function copyPassword(credentialId: string): Promise<Saying> {
  const answer = await sendMessage('popup.copy', { credentialId }).catch(() => undefined);
  if (answer?.kind !== 'value') return { text: answer?.failure.sentence ?? popupStrings.noWorker, isBad: true };
  return await navigator.clipboard.writeText(answer.value).then(
    () => ({ text: popupStrings.copied, isBad: false }),
    () => ({ text: popupStrings.copyRefused, isBad: true }),
  );
}
