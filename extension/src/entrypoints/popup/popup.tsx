// The popup: who is signed in, what waits for a word, the logins of this page, what happened lately, how current that is.

import { useEffect } from 'react';
import { sendUnlock } from '../../lib/answer.ts';
import { afterFirstPaint } from '../../lib/first-paint.ts';
import { sendMessage } from '../../lib/messages.ts';
import { useInbox } from '../../lib/use-inbox.ts';
import { useSession } from '../../lib/use-session.ts';
import { strings } from '../../ui/strings.ts';
import { UnlockForm } from '../../ui/unlock-form.tsx';
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
  useEffect(() => afterFirstPaint(keepAsking), []);
  if (view.status === 'loading') return null;
  const account = view.status === 'signed_in' ? view.session.account : view.account;
  if (account === null) return <Welcome />;
  return (
    <div className="flex h-full flex-col">
      <Header account={account} canLock={view.status === 'signed_in'} initial={start.inbox} />
      <main className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3">
        {view.status === 'signed_in' && <Inbox accountId={account.accountId} start={start} />}
        {view.status === 'signed_in' && start.origin !== null && (
          <Logins origin={start.origin} initial={start.logins} />
        )}
        <Activity start={start} />
      </main>
      <StatusLine view={view} initial={start.state} />
    </div>
  );
}

/** While it is open the popup asks for what is new; a worker that is just being replaced answers the next time. */
function keepAsking(): () => void {
  void sendMessage('popup.opened', {}).catch(() => undefined);
  const timer = setInterval(() => void sendMessage('sync', {}).catch(() => undefined), followMs);
  return () => clearInterval(timer);
}

/** What waits for a word; while the vault is locked, the way to open it in its place. */
function Inbox({ accountId, start }: { readonly accountId: string; readonly start: Start }) {
  const inbox = useInbox(accountId, start.inbox);
  if (inbox === null) return null;
  if (inbox.lockedAt === null) return <Approvals inbox={inbox} />;
  return (
    <div className="px-3.5 pt-3">
      <UnlockForm onUnlock={(password) => sendUnlock(password, strings.lock.noWorker)} />
    </div>
  );
}
