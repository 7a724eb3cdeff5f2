// Short facts in a row, with dots between them. A dot belongs to the fact behind it, and where a line begins none is seen.

import type { ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';

/** Wraps as often as it has to. */
export function FactLine({ children }: { readonly children: ReactNode }) {
  return (
    <p className="min-w-0 overflow-x-clip text-xs text-mute">
      {/* Every fact has room for its dot before it; that of a line's first lies outside and is cut off. */}
      <span className="-ms-3 flex flex-wrap">{children}</span>
    </p>
  );
}

interface FactProps {
  readonly children: ReactNode;
  readonly title?: string | undefined;
  /** In the letters of addresses and names of fields. */
  readonly code?: boolean | undefined;
}

/** One fact; its own direction does not move its dot. */
export function Fact({ children, title, code = false }: FactProps) {
  return (
    <span className="relative min-w-0 ps-3 before:absolute before:start-0 before:w-3 before:text-center before:content-['·']">
      <span dir="auto" title={title} className={joinClasses('user-text', code && 'font-mono text-2xs leading-4.5')}>
        {children}
      </span>
    </span>
  );
}
