// What a list shows when there is nothing to list: what would be here, and the way to get it.

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** The title is the page's heading. */
  readonly page?: boolean;
  /** A sentence, and where it helps a button. */
  readonly children?: ReactNode;
}

/** A centred note in place of a list. */
export function Empty({ icon: Icon, title, page = false, children }: EmptyProps) {
  const Title = page ? 'h1' : 'p';
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-10 text-center">
      <span className="mb-2 grid size-9 place-items-center rounded-lg bg-sunken text-mute">
        <Icon aria-hidden className="size-4.5" />
      </span>
      <Title className="font-medium text-ink">{title}</Title>
      {children !== undefined && (
        <div className="flex max-w-sm flex-col items-center gap-3 text-pretty text-mute">{children}</div>
      )}
    </div>
  );
}
