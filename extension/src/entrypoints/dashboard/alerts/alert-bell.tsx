// The bell in the navigation: how many alerts nobody has looked at, and the panel that shows them.

import { Bell } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { useInbox } from '../../../lib/use-inbox.ts';
import { useSession } from '../../../lib/use-session.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { overlayClasses } from '../../../ui/menu.tsx';
import { useLandmark } from '../../../ui/use-landmark.ts';
import { strings } from '../strings.ts';
import { AlertPanel } from './alert-panel.tsx';

const text = strings.alerts;
const countMax = 99;
const besideColumn = { side: 'right', sideOffset: 18 } as const;
const underBar = { side: 'bottom', sideOffset: 6 } as const;

/** Looks like a link of the navigation beside which it stands. Its panel opens beside a column and under a bar. */
export function AlertBell() {
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  return <BellOf key={view.session.account.accountId} accountId={view.session.account.accountId} />;
}

function BellOf({ accountId }: { readonly accountId: string }) {
  const landmark = useLandmark();
  const inbox = useInbox(accountId);
  const [open, setOpen] = useState(false);
  const unseen = inbox?.unseenAlerts ?? 0;
  const count = unseen > countMax ? `${countMax}+` : String(unseen);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="relative flex shrink-0 items-center gap-2.25 rounded-md px-2 py-1.5 text-mute transition-colors hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken data-[state=open]:text-ink">
        <Bell aria-hidden className="size-4 shrink-0" />
        <span className="max-md:sr-only">{text.title}</span>
        {unseen > 0 && (
          <span className="ms-auto rounded-full bg-accent px-1.5 text-2xs leading-4.5 font-semibold text-on-accent max-md:absolute max-md:-end-0.5 max-md:-top-1 max-md:px-1 max-md:leading-3.5">
            {count} <span className="sr-only">{text.newOnes}</span>
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal container={landmark}>
        <Popover.Content
          {...(window.matchMedia('(min-width: 48rem)').matches ? besideColumn : underBar)}
          align="end"
          collisionPadding={8}
          aria-label={text.title}
          className={joinClasses(
            overlayClasses,
            'flex max-h-[min(38rem,var(--radix-popover-content-available-height))] w-96 flex-col p-0!',
          )}
        >
          <AlertPanel unseen={unseen} version={inbox?.keptAtMs ?? 0} onClose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
