// What a policy is attached to, as links to it.

import type { PolicySummary, TargetKind } from '@keytrail/shared/policy';
import { Link } from '@tanstack/react-router';
import { Bot, KeyRound, type LucideIcon, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';

const text = strings.policies;

type User = PolicySummary['usedBy'][number];

const pages = { agent: '/agents', credential: '/vault', proxy: '/proxies' } as const;
const icons: Record<TargetKind, LucideIcon> = { agent: Bot, credential: KeyRound, proxy: Waypoints };
/** More of them would hide the rules beside which they stand. */
const shownMax = 5;

/** Those beyond a handful show on demand. */
export function UsedBy({ users }: { readonly users: readonly User[] }) {
  const [all, setAll] = useState(false);
  const shown = all || users.length <= shownMax + 1 ? users : users.slice(0, shownMax);
  return (
    <ul className="flex min-w-0 flex-wrap gap-1">
      {shown.map((user) => (
        <li key={`${user.kind} ${user.id}`} className="max-w-full min-w-0">
          <UserLink user={user} />
        </li>
      ))}
      {shown.length < users.length && (
        <li>
          <button
            type="button"
            onClick={() => setAll(true)}
            className="rounded-sm px-1.5 text-xs leading-5.5 text-accent hover:underline"
          >
            {text.moreUsers(users.length - shown.length)}
          </button>
        </li>
      )}
    </ul>
  );
}

const face =
  'flex h-5.5 max-w-full min-w-0 items-center gap-1 rounded-sm border border-line bg-panel px-1.5 text-xs text-ink';

function UserLink({ user: { kind, id, name } }: { readonly user: User }) {
  const Icon = icons[kind];
  const inner = (
    <>
      <Icon aria-hidden className="size-3 shrink-0 text-mute" />
      <span className="sr-only">{text.kinds[kind]} </span>
      <span dir="auto" title={name} className="user-text truncate">
        {name}
      </span>
    </>
  );
  return (
    <Link
      to={pages[kind]}
      search={{ open: id }}
      className={joinClasses(face, 'transition-colors hover:border-control hover:bg-canvas')}
    >
      {inner}
    </Link>
  );
}
