// What waits for the owner's word; while the vault is locked, the way to open it in its place. Its forms are loaded after the
// first paint, or before it where something waits.

import { sendUnlock } from '../../lib/answer.ts';
import type { KeptInbox } from '../../lib/inbox.ts';
import { strings } from '../../ui/strings.ts';
import { UnlockForm } from '../../ui/unlock-form.tsx';
import { Approvals } from './approvals.tsx';

/** Nothing where nothing waits. */
export function Waiting({ inbox }: { readonly inbox: KeptInbox }) {
  if (inbox.lockedAt === null) return <Approvals inbox={inbox} />;
  return (
    <div className="px-3.5 pt-3">
      <UnlockForm onUnlock={(password) => sendUnlock(password, strings.lock.noWorker)} />
    </div>
  );
}
