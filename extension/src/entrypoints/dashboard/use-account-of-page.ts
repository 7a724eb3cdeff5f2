// Whose the page is, and the way out of it when that ends.

import { useRouteContext, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { queryClient } from '../../lib/query.ts';
import { type SessionView, useSession } from '../../lib/use-session.ts';

/**
 * The account that the page shows: another one once that has signed in, null once nobody is meant to be. An expired session
 * stays its account's: what is half typed may be looked after first, and its person comes back to the same page.
 */
export function useAccountOfPage(): string | null {
  const opened = useRouteContext({ from: '/app', select: ({ accountId }) => accountId });
  const view = useSession();
  const router = useRouter();
  const current = toAccountId(view, opened);
  const [accountId, setAccountId] = useState<string | null>(opened);
  const hasExpired = view.status === 'signed_out' && current !== null;

  useEffect(() => {
    if (current === accountId) return;
    // Before anything is drawn for the next one.
    queryClient.clear();
    setAccountId(current);
    // Nobody is asked: what was typed belongs to an account that is not here any more.
    const to = current === null ? '/welcome' : '/vault';
    void router.navigate({ to, search: {}, replace: true, ignoreBlocker: true });
  }, [current, accountId, router]);

  useEffect(() => {
    if (!hasExpired) return;
    const search = { back: router.state.location.href };
    void router.navigate({ to: '/welcome', search, replace: true });
  }, [hasExpired, router]);

  return accountId;
}

/** An expired session is still its account's; one that was ended on purpose is nobody's. */
function toAccountId(view: SessionView, opened: string): string | null {
  switch (view.status) {
    case 'loading':
      return opened;
    case 'signed_in':
      return view.session.account.accountId;
    case 'signed_out':
      return view.notice === null ? null : (view.account?.accountId ?? null);
  }
}
