// A field for a secret that is being typed: hidden, with a button that shows it.

import { Eye, EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Field, inputClasses } from './field.tsx';
import { IconButton } from './icon-button.tsx';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';

interface SecretFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly placeholder?: string | undefined;
  readonly autoComplete?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** More controls under the input. */
  readonly children?: ReactNode;
}

/** One line, never spell-checked: spell checkers of some browsers send text away. */
export function SecretField(props: SecretFieldProps) {
  const {
    label,
    value,
    onChange,
    hint,
    error,
    optional,
    autoComplete = 'off',
    placeholder,
    disabled,
    children,
  } = props;
  const [shown, setShown] = useState(false);
  const name = label.toLowerCase();
  return (
    <div className="flex flex-col gap-1">
      <Field label={label} hint={hint} error={error} optional={optional}>
        {(frame) => (
          <span className="relative block">
            <input
              {...frame}
              type={shown ? 'text' : 'password'}
              value={value}
              disabled={disabled}
              placeholder={placeholder}
              autoComplete={autoComplete}
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => onChange(event.target.value)}
              className={joinClasses(inputClasses, 'h-8.5 pe-9', shown && value !== '' && 'font-mono text-xs')}
            />
            <IconButton
              icon={shown ? EyeOff : Eye}
              label={shown ? strings.secret.hide(name) : strings.secret.show(name)}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
              className="absolute end-0.75 top-0.75"
            />
          </span>
        )}
      </Field>
      {children}
    </div>
  );
}
