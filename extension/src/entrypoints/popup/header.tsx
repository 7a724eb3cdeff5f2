// The popup's head: the name, whose account it is, and the way to the dashboard.

import { PanelsTopLeft } from 'lucide-react';
import { openDashboard } from '../../lib/dashboard-link.ts';
import type { Account } from '../../lib/session.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Logo } from '../../ui/logo.tsx';
import { popupStrings } from './strings.ts';

/** One line. */
export function Header({ account }: { readonly account: Account }) {
  return (
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
      <IconButton icon={PanelsTopLeft} label={popupStrings.settings} onClick={() => openPage('/vault')} />
    </header>
  );
}

/** Opens a dashboard page; the popup closes by itself when the tab takes the focus. */
function openPage(path: string): void {
  void openDashboard(path).then(() => window.close());
}
