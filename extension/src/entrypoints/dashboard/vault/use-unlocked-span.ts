// How long secrets may be seen: until the vault locks or the session ends, whichever page or device did it.

import { useInbox } from '../../../lib/use-inbox.ts';
import { useSession } from '../../../lib/use-session.ts';

/**
 * Names the span that this moment lies in. As the `key` of what shows secrets it drops them with the span's end, and
 * what a call that was under way then still brings.
 */
export function useUnlockedSpan(): string {
  const view = useSession();
  const inbox = useInbox(view.status === 'signed_in' ? view.session.account.accountId : '');
  return view.status === 'signed_out' ? 'ended' : `locked ${inbox?.lockedAt ?? 'never'}`;
}
