// How long ago, kept true while it is shown, with the full date on hover and on keyboard focus.

import { useId, useState } from 'react';
import { joinClasses } from './join-classes.ts';
import { toFullTime, toRelativeTime } from './time.ts';
import { OpenTooltip } from './tooltip.tsx';
import { useTicking } from './use-ticking.ts';

interface RelativeTimeProps {
  /** RFC 3339. */
  readonly at: string;
  readonly className?: string;
  /** Lists that manage focus themselves take it out of the tab order with -1. */
  readonly tabIndex?: 0 | -1;
}

/** A `time` element. The tooltip is made only when it is asked for: a list holds many times and shows one. */
export function RelativeTime({ at, className, tabIndex = 0 }: RelativeTimeProps) {
  const words = useTicking((nowMs) => toRelativeTime(at, nowMs));
  const [open, setOpen] = useState(false);
  const id = useId();
  const show = () => setOpen(true);
  const hide = () => setOpen(false);
  return (
    <time
      dateTime={at}
      tabIndex={tabIndex}
      aria-describedby={open ? id : undefined}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
      className={joinClasses('rounded-sm whitespace-nowrap', className)}
    >
      {open ? (
        <OpenTooltip id={id} text={toFullTime(at)}>
          <span>{words}</span>
        </OpenTooltip>
      ) : (
        <span>{words}</span>
      )}
    </time>
  );
}
