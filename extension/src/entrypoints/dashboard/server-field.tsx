// Where the address of a server is typed; says so where others could read along on the way to it.

import { isInTheClear } from '../../lib/sign-in.ts';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { strings } from './strings.ts';

interface ServerFieldProps {
  readonly value: string;
  readonly hint: string;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly onChange: (typed: string) => void;
}

/** A warning and no refusal: a network of one's own may be trusted. */
export function ServerField({ value, hint, error, placeholder, onChange }: ServerFieldProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <TextField
        label={strings.welcome.server}
        hint={hint}
        error={error}
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={value}
        className="font-mono text-xs"
        onChange={(event) => onChange(event.target.value)}
      />
      {isInTheClear(value) && <Notice tone="warn">{strings.welcome.serverInTheClear}</Notice>}
    </div>
  );
}
