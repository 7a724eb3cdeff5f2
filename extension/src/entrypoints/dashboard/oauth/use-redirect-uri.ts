// Where a provider sends the browser back to: the server's own page for that.

import { useSession } from '../../../lib/use-session.ts';

/** To be registered with the provider. */
export function useRedirectUri(): string {
  const view = useSession();
  const server = view.status === 'signed_in' ? view.session.serverAddress : '';
  return `${server}/oauth/callback`;
}
