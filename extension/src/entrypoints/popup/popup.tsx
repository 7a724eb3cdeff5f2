// The popup: who is signed in, what waits for a word, the logins of this page, what happened lately, how current that is.

import { useEffect, useState } from 'react';
import { afterFirstPaint } from '../../lib/first-paint.ts';
import { sendMessage } from '../../lib/messages.ts';
import { useInbox } from '../../lib/use-inbox.ts';
import { useSession } from '../../lib/use-session.ts';
import { Activity } from './activity.tsx';
import { Header } from './header.tsx';
import { Logins } from './logins.tsx';
import type { Start } from './start.ts';
import { StatusLine } from './status-line.tsx';
import { useTabOrigin } from './tab-origin.ts';
import { usePopupKeys } from './use-popup-keys.ts';
import type { Waiting } from './waiting.tsx';
import { Welcome } from './welcome.tsx';

const followMs = 10_000;

interface PopupProps {
  readonly start: Start;
  /** Loaded already where something waits. */
  readonly waiting: typeof Waiting | null;
}

/** The whole popup. */
export function Popup({ start, waiting }: PopupProps) {
  const view = useSession(start.record);
  const origin = useTabOrigin(start.origin);
  usePopupKeys();
  useEffect(() => afterFirstPaint(keepAsking), []);
  if (view.status === 'loading') return null;
  const account = view.status === 'signed_in' ? view.session.account : view.account;
  if (account === null) return <Welcome />;
  return (
    <div className="flex h-full flex-col">
      <Header account={account} canLock={view.status === 'signed_in'} initial={start.inbox} />
      <main className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3">
        {view.status === 'signed_in' && <Inbox accountId={account.accountId} start={start} waiting={waiting} />}
        {view.status === 'signed_in' && origin !== null && (
          <Logins key={origin} origin={origin} initial={origin === start.origin ? start.logins : []} />
        )}
        <Activity start={start} />
      </main>
      <StatusLine view={view} initial={start.state} />
    </div>
  );
}

/** While it is open the popup asks for what is new; a worker that is just being replaced answers the next time. */
function keepAsking(): () => void {
  void sendMessage('popup.opened', {})
    // Who has closed it meanwhile has not seen what came.
    .then(() => sendMessage('popup.seen', {}))
    .catch(() => undefined);
  const timer = setInterval(() => void sendMessage('sync', {}).catch(() => undefined), followMs);
  return () => clearInterval(timer);
}

/** What waits for a word, from the first paint on where it waited already. */
function Inbox({ accountId, start, waiting }: PopupProps & { readonly accountId: string }) {
  const inbox = useInbox(accountId, start.inbox);
  const [Shown, setShown] = useState(() => waiting);
  useEffect(() => afterFirstPaint(() => loadWaiting(setShown)), []);
  return inbox === null || Shown === null ? null : <Shown inbox={inbox} />;
}

function loadWaiting(onLoaded: (make: () => typeof Waiting) => void): () => void {
  let isOver = false;
  void import('./waiting.tsx').then(({ Waiting }) => {
    if (!isOver) onLoaded(() => Waiting);
  });
  return () => {
    isOver = true;
  };
}
