// A section of the popup: a small heading, something at its end, and what it holds.

import type { ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** Named by its heading for screen readers. */
export function Section({ title, aside, children }: SectionProps) {
  return (
    <section aria-label={title} className="px-3.5 pt-3">
      <div className="flex min-h-5 items-center justify-between gap-3 pb-1.5">
        <h2 dir="auto" className="user-text min-w-0 truncate text-2xs font-semibold tracking-wide text-faint uppercase">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
