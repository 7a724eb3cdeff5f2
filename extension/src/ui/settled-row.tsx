// What was just answered, here or on another device: who had asked for what, and what was decided.

import type { LucideIcon } from 'lucide-react';
import { Fragment } from 'react';
import { ServiceBadge } from './service-badge.tsx';

interface SettledRowProps {
  readonly icon: LucideIcon;
  readonly ink: string;
  readonly name: string;
  /** What they had asked for. */
  readonly what: string;
  /** What was decided, and what there is to say of it. */
  readonly words: readonly string[];
}

/** Gone after a moment. */
export function SettledRow({ icon: Icon, ink, name, what, words }: SettledRowProps) {
  return (
    <div className="flex items-start gap-2.5 px-2.75 py-2">
      <Icon aria-hidden className={`mx-1.5 mt-0.5 size-4 shrink-0 ${ink}`} />
      <div role="status" className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-1.5">
          <span dir="auto" className="user-text max-w-3/5 shrink-0 truncate font-medium">
            {name}
          </span>
          <ServiceBadge service={what} />
        </p>
        <p dir="auto" className="user-text text-xs text-mute">
          {words.map((part, index) => (
            <Fragment key={part}>
              {/* No line ends with the dot: it is broken before it, not behind it. */}
              {index > 0 && ' '}
              {index > 0 && <span className="whitespace-nowrap">· </span>}
              {part}
            </Fragment>
          ))}
        </p>
      </div>
    </div>
  );
}
