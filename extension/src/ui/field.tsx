// A form field: label, control, hint and error, tied together for screen readers.

import { type ComponentProps, type ReactNode, useId } from 'react';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';

/** The look of every text control. */
export const inputClasses =
  'w-full rounded-md border border-control bg-panel px-2.5 text-sm text-ink transition-colors hover:border-mute focus:outline-2 focus:-outline-offset-1 focus:outline-accent aria-invalid:border-red aria-invalid:focus:outline-red disabled:opacity-60';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: boolean | undefined;
  /** Draws the control with the props that tie it to label, hint and error. */
  readonly children: (props: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': true | undefined;
  }) => ReactNode;
}

/** The frame around any control. */
export function Field({ label, hint, error, optional = false, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-ink">
        {label}
        {optional && <span className="font-normal text-faint"> {strings.optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': note === undefined ? undefined : noteId,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {note !== undefined && (
        <p
          id={noteId}
          aria-live="polite"
          className={joinClasses('text-xs', error === undefined ? 'text-mute' : 'text-red')}
        >
          {note}
        </p>
      )}
    </div>
  );
}

type Frame = Omit<FieldProps, 'children'>;

/** A field of one line. */
export function TextField({ label, hint, error, optional, className, ...rest }: Frame & ComponentProps<'input'>) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(props) => <input dir="auto" {...rest} {...props} className={joinClasses(inputClasses, 'h-8.5', className)} />}
    </Field>
  );
}

/** A field of several lines. */
export function TextAreaField({
  label,
  hint,
  error,
  optional,
  className,
  ...rest
}: Frame & ComponentProps<'textarea'>) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(props) => (
        <textarea dir="auto" rows={3} {...rest} {...props} className={joinClasses(inputClasses, 'py-1.5', className)} />
      )}
    </Field>
  );
}
