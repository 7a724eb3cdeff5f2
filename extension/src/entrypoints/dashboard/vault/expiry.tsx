// When a credential ends, with a warning once it has.

import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';

/** Shows a dash for a credential without an end. */
export function Expiry({ at }: { readonly at: string | null }) {
  const expired = useTicking((nowMs) => at !== null && Date.parse(at) <= nowMs);
  if (at === null) return <span className="text-faint">–</span>;
  return (
    <span className={expired ? 'text-red' : undefined}>
      {expired && `${strings.vault.expired} `}
      <RelativeTime at={at} />
    </span>
  );
}
