// Which fields of a credential a grant covers.

import { strings } from './strings.ts';

const text = strings.grantFields;

interface GrantFieldsProps {
  readonly fields: readonly string[];
  /** Names that are not granted. */
  readonly left: readonly string[];
  readonly onChange: (left: readonly string[]) => void;
  /** Said while no field is granted. */
  readonly none?: string | undefined;
  /** What a field is called; absent: its name. */
  readonly toLabel?: ((name: string) => string) | undefined;
}

/** One has to be granted. */
export function GrantFields({ fields, left, onChange, none = text.none, toLabel = (name) => name }: GrantFieldsProps) {
  const isNone = fields.every((name) => left.includes(name));
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium">{text.label}</legend>
      {fields.map((name) => (
        <label key={name} className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={!left.includes(name)}
            onChange={() => onChange(left.includes(name) ? left.filter((other) => other !== name) : [...left, name])}
            className="size-3.5 shrink-0 accent-accent"
          />
          <span dir="auto" className="user-text">
            {toLabel(name)}
          </span>
        </label>
      ))}
      <p aria-live="polite" className={isNone ? 'text-xs text-red' : 'text-xs text-mute'}>
        {isNone ? none : text.hint}
      </p>
    </fieldset>
  );
}
