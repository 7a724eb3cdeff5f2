// The frame around every page of a signed-in person: navigation and status.

import { Link, Outlet } from '@tanstack/react-router';
import { Bot, KeyRound, List, type LucideIcon, Settings, ShieldCheck, Waypoints } from 'lucide-react';
import { useEffect } from 'react';
import { sendMessage } from '../../lib/messages.ts';
import { Logo } from '../../ui/logo.tsx';
import { AlertBell } from './alerts/alert-bell.tsx';
import { LockButton } from './lock-button.tsx';
import { strings } from './strings.ts';
import { SyncStatus } from './sync-status.tsx';
import { useAccountOfPage } from './use-account-of-page.ts';
import { useFreshLists } from './use-fresh-lists.ts';
import { Waiting } from './waiting.tsx';

interface PageLink {
  readonly to: '/vault' | '/agents' | '/policies' | '/proxies' | '/audit' | '/settings';
  readonly name: string;
  readonly icon: LucideIcon;
}

const pages: readonly PageLink[] = [
  { to: '/vault', name: strings.nav.vault, icon: KeyRound },
  { to: '/agents', name: strings.nav.agents, icon: Bot },
  { to: '/policies', name: strings.nav.policies, icon: ShieldCheck },
  { to: '/proxies', name: strings.nav.proxies, icon: Waypoints },
  { to: '/audit', name: strings.nav.audit, icon: List },
  { to: '/settings', name: strings.nav.settings, icon: Settings },
];

const followMs = 20_000;

/** Whoever signs in after another finds a new frame: nothing that was typed, or read, goes over from one to the other. */
export function Shell() {
  const accountId = useAccountOfPage();
  useEffect(() => {
    // No worker answers while the extension is being updated; its alarm syncs later.
    const sync = () => void sendMessage('sync', {}).catch(() => undefined);
    sync();
    // Wakes a worker that has ended, so that what waits for a word is heard of while a page is open.
    const timer = setInterval(sync, followMs);
    return () => clearInterval(timer);
  }, []);
  return accountId !== null && <Frame key={accountId} />;
}

/** A column of links on wide screens, a bar on narrow ones. */
function Frame() {
  useFreshLists();
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      {/* A button and not a link: the address after `#` is the router's. */}
      <button
        type="button"
        onClick={() => document.getElementById('content')?.focus()}
        className="absolute -top-20 left-2 z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:top-2"
      >
        {strings.skip}
      </button>
      <header className="sticky top-0 z-30 flex shrink-0 items-center gap-1 border-b border-line bg-panel px-3 py-2 max-sm:gap-0 max-sm:px-1 md:h-dvh md:w-49 md:flex-col md:items-stretch md:border-e md:border-b-0 md:px-2.5 md:py-3.5">
        <div className="px-1 md:px-2 md:pt-0.5 md:pb-3.5 [&_span:last-child]:max-md:sr-only">
          <Logo />
        </div>
        <nav aria-label={strings.nav.label} className="flex flex-1 gap-0.5 md:flex-col">
          {pages.map(({ to, name, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ includeSearch: false }}
              className="flex flex-1 items-center justify-center gap-2.25 rounded-md px-2 py-1.5 max-sm:px-1 text-mute transition-colors hover:bg-sunken hover:text-ink md:flex-none md:justify-start aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent"
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              <span className="truncate max-sm:sr-only">{name}</span>
            </Link>
          ))}
        </nav>
        <div className="flex shrink-0 items-center gap-1 md:flex-col md:items-stretch">
          <AlertBell />
          <LockButton />
          <SyncStatus />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        <div className="mx-auto flex w-full max-w-350 flex-col gap-3 px-3 py-4 sm:px-5.5 sm:py-4.5">
          <Waiting />
          <Outlet />
        </div>
      </main>
    </div>
  );
}
