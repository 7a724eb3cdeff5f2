// Locks the vault with one click; the way back stands above the page.

import { LockKeyhole, LockKeyholeOpen } from 'lucide-react';
import { useState } from 'react';
import { sendLock } from '../../lib/answer.ts';
import { useInbox } from '../../lib/use-inbox.ts';
import { useSession } from '../../lib/use-session.ts';
import { strings as uiStrings } from '../../ui/strings.ts';
import { strings } from './strings.ts';

const words = strings.lock;

/** In the navigation, beside what says whether everything is synced. */
export function LockButton() {
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  return <LockOf key={view.session.account.accountId} accountId={view.session.account.accountId} />;
}

function LockOf({ accountId }: { readonly accountId: string }) {
  const inbox = useInbox(accountId);
  const [failure, setFailure] = useState<string | null>(null);
  if (inbox?.lockedAt != null) {
    return (
      <p className="flex items-center gap-2 px-2 py-1.5 text-amber">
        <LockKeyhole aria-hidden className="size-4 shrink-0" />
        <span className="max-md:sr-only">{words.locked}</span>
      </p>
    );
  }
  return (
    <>
      <button
        type="button"
        title={uiStrings.lock.lock}
        onClick={() => void sendLock(uiStrings.lock.noWorker).then(setFailure)}
        className="flex items-center gap-2 rounded-md px-2 py-1.5 text-mute transition-colors hover:bg-sunken hover:text-ink"
      >
        <LockKeyholeOpen aria-hidden className="size-4 shrink-0" />
        <span className="max-md:sr-only">{words.lock}</span>
      </button>
      {failure !== null && (
        <p role="alert" className="px-2 text-xs text-red">
          {failure}
        </p>
      )}
    </>
  );
}
