// The popup: who is signed in, what waits for a word, the logins of this page, what happened lately, how current that is.

import { useEffect } from 'react';
import { sendMessage } from '../../lib/messages.ts';
import { useSession } from '../../lib/use-session.ts';
import { Activity } from './activity.tsx';
import { Approvals } from './approvals.tsx';
import { Header } from './header.tsx';
import { Logins } from './logins.tsx';
import type { Start } from './start.ts';
import { StatusLine } from './status-line.tsx';
import { usePopupKeys } from './use-popup-keys.ts';
import { Welcome } from './welcome.tsx';

const followMs = 10_000;

/** The whole popup. */
export function Popup({ start }: { readonly start: Start }) {
  const view = useSession(start.record);
  usePopupKeys();
  useEffect(() => {
    // While it is open the popup keeps asking; a worker that is just being replaced answers the next time.
    void sendMessage('popup.opened', {}).catch(() => undefined);
    const timer = setInterval(() => void sendMessage('sync', {}).catch(() => undefined), followMs);
    return () => clearInterval(timer);
  }, []);
  if (view.status === 'loading') return null;
  const account = view.status === 'signed_in' ? view.session.account : view.account;
  if (account === null) return <Welcome />;
  return (
    <div className="flex h-full flex-col">
      <Header account={account} />
      <main className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3">
        <Approvals />
        {view.status === 'signed_in' && start.origin !== null && (
          <Logins origin={start.origin} initial={start.logins} />
        )}
        <Activity start={start} />
      </main>
      <StatusLine view={view} initial={start.state} />
    </div>
  );
}
