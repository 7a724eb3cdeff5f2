// How long ago, kept true while it is shown, with the full date on hover and on keyboard focus.

import { joinClasses } from './join-classes.ts';
import { toFullTime, toRelativeTime } from './time.ts';
import { Tooltip } from './tooltip.tsx';
import { useTicking } from './use-ticking.ts';

interface RelativeTimeProps {
  /** RFC 3339. */
  readonly at: string;
  readonly className?: string;
  /** Lists that manage focus themselves take it out of the tab order with -1. */
  readonly tabIndex?: 0 | -1;
}

/** A `time` element. */
export function RelativeTime({ at, className, tabIndex = 0 }: RelativeTimeProps) {
  const words = useTicking((nowMs) => toRelativeTime(at, nowMs));
  return (
    <Tooltip text={toFullTime(at)}>
      <time dateTime={at} tabIndex={tabIndex} className={joinClasses('rounded-sm whitespace-nowrap', className)}>
        {words}
      </time>
    </Tooltip>
  );
}
