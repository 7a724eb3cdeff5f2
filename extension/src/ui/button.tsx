// Buttons, and links that look like them: five looks, two sizes, one pending state.

import type { ComponentProps, ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';
import { Spinner } from './spinner.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-filled';
export type ButtonSize = 'small' | 'medium';

interface Look {
  readonly variant?: ButtonVariant | undefined;
  readonly size?: ButtonSize | undefined;
}

const base =
  'relative inline-flex shrink-0 items-center justify-center gap-1.5 border font-medium whitespace-nowrap select-none transition-colors';

const variants: Record<ButtonVariant, string> = {
  primary: 'border-transparent bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border-line bg-panel text-ink shadow-raised hover:border-control hover:bg-canvas',
  ghost: 'border-transparent text-mute hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken',
  danger: 'border-line bg-panel text-red shadow-raised hover:border-red hover:bg-red-soft',
  'danger-filled': 'border-transparent bg-red text-on-accent hover:bg-red-strong',
};

const sizes: Record<ButtonSize, string> = {
  small: 'h-6.5 rounded-sm px-2.25 text-xs [&_svg]:size-3.5',
  medium: 'h-8 rounded-md px-3 text-sm [&_svg]:size-4',
};

/** The classes of a button, for links that must look like one. */
export function toButtonClasses({ variant = 'secondary', size = 'medium' }: Look): string {
  return joinClasses(base, variants[variant], sizes[size]);
}

interface ButtonProps extends ComponentProps<'button'>, Look {
  /** Shows a spinner in the label's place and refuses further presses; the width stays. */
  readonly pending?: boolean | undefined;
  readonly children: ReactNode;
}

/** A button. It submits a form only when asked to by `type="submit"`. */
export function Button({ variant, size, pending = false, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      // A disabled button would drop the focus; a pending one keeps it and ignores presses.
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      className={joinClasses(
        toButtonClasses({ variant, size }),
        'disabled:cursor-not-allowed disabled:opacity-50',
        className,
      )}
    >
      <span className={joinClasses('contents', pending && '[&>*]:invisible')}>
        {pending ? <span className="inline-flex items-center gap-1.5">{children}</span> : children}
      </span>
      {pending && (
        <span className="absolute inset-0 grid place-items-center">
          <Spinner />
        </span>
      )}
    </button>
  );
}
