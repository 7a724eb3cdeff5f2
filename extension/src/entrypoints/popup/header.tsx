// The popup's head: the name, whose account it is, the lock, the generator, and the way to the dashboard.

import { Dices, LockKeyholeOpen, PanelsTopLeft } from 'lucide-react';
import { lazy, Suspense, useId, useState } from 'react';
import { sendLock } from '../../lib/answer.ts';
import { openDashboard } from '../../lib/dashboard-link.ts';
import type { KeptInbox } from '../../lib/inbox.ts';
import type { Account } from '../../lib/session.ts';
import { useInbox } from '../../lib/use-inbox.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Logo } from '../../ui/logo.tsx';
import { strings } from '../../ui/strings.ts';
import { popupStrings } from './strings.ts';

const Generator = lazy(async () => ({ default: (await import('./generator.tsx')).Generator }));

interface HeaderProps {
  readonly account: Account;
  readonly canLock: boolean;
  readonly initial: KeptInbox | null;
}

/** One line, and under it what the lock was refused for, and the generator when it is asked for. */
export function Header({ account, canLock, initial }: HeaderProps) {
  const inbox = useInbox(account.accountId, initial);
  const { failure, lock } = useLock();
  const [isGenerating, setGenerating] = useState(false);
  const generatorId = useId();
  const isLockable = canLock && inbox?.lockedAt == null;
  return (
    <>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-panel ps-3.5 pe-2">
        <h1 className="flex">
          <Logo />
        </h1>
        <span
          dir="auto"
          title={popupStrings.account(account.name, account.email)}
          className="user-text ms-auto max-w-40 min-w-0 truncate rounded-sm border border-line bg-sunken px-1.75 text-2xs leading-4.5 text-mute"
        >
          {account.name}
        </span>
        {isLockable && <IconButton icon={LockKeyholeOpen} label={strings.lock.lock} onClick={() => void lock()} />}
        <IconButton
          icon={Dices}
          label={popupStrings.generator}
          aria-expanded={isGenerating}
          aria-controls={generatorId}
          onClick={() => setGenerating(!isGenerating)}
        />
        <IconButton icon={PanelsTopLeft} label={popupStrings.settings} onClick={() => openPage('/vault')} />
      </header>
      {isLockable && failure !== null && (
        <p role="alert" className="shrink-0 border-b border-line bg-red-soft px-3.5 py-2 text-pretty text-ink">
          {popupStrings.notLocked(failure)}
        </p>
      )}
      {isGenerating && (
        <Suspense>
          <Generator id={generatorId} />
        </Suspense>
      )}
    </>
  );
}

/** Locks the vault; `failure` says why it is not locked, until the next try. */
function useLock() {
  const [failure, setFailure] = useState<string | null>(null);
  const lock = async () => {
    setFailure(null);
    setFailure(await sendLock(strings.lock.noWorker));
  };
  return { failure, lock };
}

/** Opens a dashboard page; the popup closes by itself when the tab takes the focus. */
function openPage(path: string): void {
  void openDashboard(path).then(() => window.close());
}
