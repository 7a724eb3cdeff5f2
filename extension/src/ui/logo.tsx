// The mark and the name.

import { KeyRound } from 'lucide-react';

/** The product's mark with its name beside it. */
export function Logo() {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="grid size-5 place-items-center rounded-sm bg-accent text-on-accent">
        <KeyRound className="size-3.5" strokeWidth={2.25} />
      </span>
      <span className="text-md font-semibold tracking-tight">Keytrail</span>
    </span>
  );
}
