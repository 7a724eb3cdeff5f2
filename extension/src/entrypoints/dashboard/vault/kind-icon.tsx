// The icon of a credential kind.

import type { CredentialKind } from '@keytrail/shared/credential';
import { Braces, Clock, FileBadge, KeyRound, LogIn, type LucideIcon, RefreshCw, Terminal } from 'lucide-react';

const icons: Record<CredentialKind, LucideIcon> = {
  login: LogIn,
  token: KeyRound,
  oauth: RefreshCw,
  totp: Clock,
  fields: Braces,
  ssh_key: Terminal,
  certificate: FileBadge,
};

/** A grey tile: kinds are told apart by shape, colour is kept for events. */
export function KindIcon({ kind }: { readonly kind: CredentialKind }) {
  const Icon = icons[kind];
  return (
    <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-md bg-sunken text-mute">
      <Icon className="size-4" />
    </span>
  );
}
