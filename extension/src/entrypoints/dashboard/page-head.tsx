// The head of every page: its name, a line about it, its main actions.

import type { ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly children?: ReactNode;
}

/** The page's only h1. */
export function PageHead({ title, subtitle, children }: PageHeadProps) {
  return (
    <header className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
      <div className="flex min-w-min flex-1 flex-wrap items-baseline gap-x-2.5">
        <h1 className="text-xl font-semibold tracking-tight whitespace-nowrap">{title}</h1>
        {subtitle !== undefined && <p className="text-mute">{subtitle}</p>}
      </div>
      {children !== undefined && (
        <div className="flex flex-wrap items-center gap-2 max-sm:has-[search]:w-full">{children}</div>
      )}
    </header>
  );
}
