// A button that is only an icon: named for screen readers, and by a tooltip for everyone else.

import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { joinClasses } from './join-classes.ts';
import { Tooltip } from './tooltip.tsx';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly icon: LucideIcon;
  /** What the press does, in words. */
  readonly label: string;
}

/** A square ghost button. */
export function IconButton({ icon: Icon, label, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={joinClasses(
          'inline-grid size-7 shrink-0 place-items-center rounded-sm text-mute transition-colors hover:bg-sunken hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 data-[state=open]:bg-sunken',
          className,
        )}
      >
        <Icon aria-hidden className="size-4" />
      </button>
    </Tooltip>
  );
}
